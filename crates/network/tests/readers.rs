//! Files as other programs write them.

use std::io::Write;
use std::path::Path;

use network::tensor::{npy_bytes, parse_npy, parse_npz, parse_safetensors};
use network::{GreyImage, Tensor};

fn npy(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header =
        format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn values(bytes: &[u8]) -> (Vec<usize>, Vec<f64>) {
    let tensor = parse_npy(bytes, Path::new("w.npy")).unwrap();
    (tensor.shape, tensor.values)
}

#[test]
fn npy_of_many_types_and_orders() {
    let expected = (vec![2], vec![1.0, -2.0]);
    let float: Vec<u8> = [1.0f32, -2.0]
        .iter()
        .flat_map(|v| v.to_be_bytes())
        .collect();
    assert_eq!(values(&npy(">f4", "False", "(2,)", &float)), expected);
    assert_eq!(values(&npy("|i1", "False", "(2,)", &[1, 254])), expected);
    let int: Vec<u8> = [1i64, -2].iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(values(&npy("<i8", "False", "(2,)", &int)), expected);
    assert_eq!(
        values(&npy("|b1", "False", "(2,)", &[1, 0])),
        (vec![2], vec![1.0, 0.0])
    );
    assert_eq!(
        values(&npy("|u1", "False", "()", &[7])),
        (vec![], vec![7.0])
    );
    let rows = (vec![2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(
        values(&npy("|u1", "False", "(2, 3)", &[1, 2, 3, 4, 5, 6])),
        rows
    );
    assert_eq!(
        values(&npy("|u1", "True", "(2, 3)", &[1, 4, 2, 5, 3, 6])),
        rows
    );
}

#[test]
fn npz_by_key_and_without() {
    let one = Tensor {
        shape: vec![2],
        values: vec![1.0, 2.0],
    };
    let archive = |names: &[&str]| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in names {
            writer
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            writer.write_all(&npy_bytes(&one)).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let path = Path::new("w.npz");
    assert_eq!(parse_npz(&archive(&["w.npy"]), None, path).unwrap(), one);
    let two = archive(&["weights.npy", "bias.npy"]);
    assert_eq!(parse_npz(&two, Some("bias"), path).unwrap(), one);
    let error = parse_npz(&two, Some("weight"), path).unwrap_err();
    assert_eq!(error.code(), "HW0306");
    assert_eq!(
        error.expected(),
        "did you mean `weights`? Known: one of `bias`, `weights`"
    );
    assert_eq!(parse_npz(&two, None, path).unwrap_err().code(), "HW0306");
}

#[test]
fn safetensors_of_many_types() {
    use safetensors::tensor::{Dtype, TensorView, serialize};
    let read = |dtype: Dtype, data: &[u8]| {
        let view = TensorView::new(dtype, vec![2], data).unwrap();
        let bytes = serialize([("w", view)], None).unwrap();
        parse_safetensors(&bytes, Some("w"), Path::new("w.safetensors")).map(|t| t.values)
    };
    let single: Vec<u8> = [1.5f32, -2.0]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    assert_eq!(read(Dtype::F32, &single).unwrap(), [1.5, -2.0]);
    // 1.5 and -2 as halves, and as the upper halves of single floats.
    assert_eq!(
        read(Dtype::F16, &[0x00, 0x3e, 0x00, 0xc0]).unwrap(),
        [1.5, -2.0]
    );
    assert_eq!(
        read(Dtype::BF16, &[0xc0, 0x3f, 0x00, 0xc0]).unwrap(),
        [1.5, -2.0]
    );
    assert_eq!(read(Dtype::I8, &[3, 255]).unwrap(), [3.0, -1.0]);
    // The smallest half above 0 and the largest finite one.
    assert_eq!(
        read(Dtype::F16, &[1, 0, 0xff, 0x7b]).unwrap(),
        [(-24f64).exp2(), 65504.0]
    );
}

/// Every type of number, its name in numpy, its type in safetensors, and 1 and the lowest value in
/// its little-endian bytes.
fn types() -> Vec<(&'static str, safetensors::Dtype, Vec<u8>, [f64; 2])> {
    use safetensors::Dtype;
    macro_rules! whole {
        ($type:ty, $name:expr, $dtype:expr) => {{
            let pair = [1, <$type>::MIN];
            let bytes = pair.iter().flat_map(|value| value.to_le_bytes()).collect();
            ($name, $dtype, bytes, pair.map(|value| value as f64))
        }};
    }
    vec![
        whole!(i8, "i1", Dtype::I8),
        whole!(u8, "u1", Dtype::U8),
        whole!(i16, "i2", Dtype::I16),
        whole!(u16, "u2", Dtype::U16),
        whole!(i32, "i4", Dtype::I32),
        whole!(u32, "u4", Dtype::U32),
        whole!(i64, "i8", Dtype::I64),
        whole!(u64, "u8", Dtype::U64),
        (
            "f2",
            Dtype::F16,
            vec![0x00, 0x3c, 0xff, 0xfb],
            [1.0, -65504.0],
        ),
        (
            "f4",
            Dtype::F32,
            [1f32, f32::MIN].map(f32::to_le_bytes).concat(),
            [1.0, f64::from(f32::MIN)],
        ),
        (
            "f8",
            Dtype::F64,
            [1f64, f64::MIN].map(f64::to_le_bytes).concat(),
            [1.0, f64::MIN],
        ),
        ("b1", Dtype::BOOL, vec![1, 0], [1.0, 0.0]),
    ]
}

#[test]
fn every_type_in_both_byte_orders() {
    use safetensors::tensor::{TensorView, serialize};
    for (name, dtype, bytes, expected) in types() {
        let width = bytes.len() / 2;
        let swapped: Vec<u8> = bytes
            .chunks(width)
            .flat_map(|one| one.iter().rev().copied())
            .collect();
        for (order, data) in [("<", &bytes), (">", &swapped)] {
            let order = if width == 1 { "|" } else { order };
            let (shape, found) = values(&npy(&format!("{order}{name}"), "False", "(2,)", data));
            assert_eq!(
                (shape, found.as_slice()),
                (vec![2], &expected[..]),
                "{order}{name}"
            );
        }
        let view = TensorView::new(dtype, vec![2], &bytes).unwrap();
        let file = serialize([("w", view)], None).unwrap();
        let tensor = parse_safetensors(&file, None, Path::new("w.safetensors")).unwrap();
        assert_eq!(tensor.values, expected, "{name}");
    }
}

#[test]
fn first_index_fastest_in_three_axes() {
    let data: Vec<u8> = (0..24).collect();
    let (shape, found) = values(&npy("|u1", "True", "(2, 3, 4)", &data));
    assert_eq!(shape, [2, 3, 4]);
    for (at, value) in found.iter().enumerate() {
        let (i, j, k) = (at / 12, at / 4 % 3, at % 4);
        assert_eq!(*value, (i + 2 * j + 6 * k) as f64);
    }
}

/// An archive with one array: its header, then `mebibytes` of zeros.
fn archive_of_zeros(header: &[u8], mebibytes: usize) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer
        .start_file("w.npy", zip::write::SimpleFileOptions::default())
        .unwrap();
    writer.write_all(header).unwrap();
    for _ in 0..mebibytes {
        writer.write_all(&vec![0; 1 << 20]).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_bomb_is_unpacked_no_further_than_its_header() {
    let path = Path::new("w.npz");
    let small = archive_of_zeros(&npy("<f8", "False", "(2, 2)", &[]), 1 << 10);
    assert!(small.len() < 8 << 20);
    let error = parse_npz(&small, None, path).unwrap_err();
    assert_eq!(error.code(), "HW0302");
    assert!(error.to_string().contains("goes on after"), "{error}");
    let large = archive_of_zeros(&npy("<f8", "False", "(1000000, 1000000)", &[]), 1);
    assert_eq!(parse_npz(&large, None, path).unwrap_err().code(), "HW0304");
    let short = archive_of_zeros(&npy("<f8", "False", "(8192, 4096)", &[]), 1);
    let error = parse_npz(&short, None, path).unwrap_err();
    assert!(error.to_string().contains("131072 of 33554432"), "{error}");
}

#[test]
fn black_is_plus_one_and_transparent_is_white() {
    let image = GreyImage {
        rows: 1,
        columns: 3,
        pixels: vec![0, 255, 128],
    };
    assert_eq!(image.to_values()[..2], [1.0, -1.0]);
    assert_eq!(image.to_binary_values(128.0), [1.0, -1.0, -1.0]);
    assert_eq!(image.enlarged(2).pixels[..6], [0, 0, 255, 255, 128, 128]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cellular");
    let horse = GreyImage::load(&folder.join("horse.png")).unwrap();
    assert_eq!((horse.rows, horse.columns), (328, 400));
    let black = horse
        .to_binary_values(128.0)
        .iter()
        .filter(|value| **value > 0.0)
        .count();
    assert!((20_000..80_000).contains(&black), "{black} black pixels");
}
