//! No input makes a reader panic or take memory that the input does not back.

use std::io::Write;
use std::path::Path;

use network::image::{parse_png, png_bytes};
use network::tensor::{
    Tensor, csv_text, npy_bytes, parse_csv, parse_mat, parse_npy, parse_npz, parse_safetensors,
};
use network::{Description, GreyImage, Kind, Network, starter};
use proptest::prelude::*;

fn read_all(bytes: &[u8]) {
    let path = Path::new("file");
    let _ = parse_npy(bytes, path);
    let _ = parse_npz(bytes, Some("w"), path);
    let _ = parse_safetensors(bytes, Some("w"), path);
    let _ = parse_mat(bytes, None, path);
    let _ = parse_csv(bytes, path);
    let _ = parse_png(bytes, path);
}

/// An `.npz` file with one array, `w`.
fn archive(tensor: &Tensor) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer.start_file("w.npy", options).unwrap();
    writer.write_all(&npy_bytes(tensor)).unwrap();
    writer.finish().unwrap().into_inner()
}

/// A `.safetensors` file with one array, `w`.
fn safetensors(tensor: &Tensor) -> Vec<u8> {
    use safetensors::tensor::{Dtype, TensorView, serialize};
    let data: Vec<u8> = tensor
        .values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let view = TensorView::new(Dtype::F64, tensor.shape.clone(), &data).unwrap();
    serialize([("w", view)], None).unwrap()
}

/// Text for an error must come out of any description.
fn describe(text: &str) {
    match Description::parse(text, "net.toml", Path::new("/nonexistent")) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(description) => {
            if let Err(error) = Network::from_description(&description) {
                assert!(!error.to_string().is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
        read_all(&[b"\x93NUMPY\x01\x00".as_slice(), &bytes].concat());
        read_all(&[b"\x89PNG\r\n\x1a\n".as_slice(), &bytes].concat());
        describe(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn spoilt_files(place in 0usize..400, byte in any::<u8>(), cut in 0usize..400) {
        let tensor = Tensor { shape: vec![3, 2], values: vec![1.5, -2.0, 0.0, 4.0, 1e300, 6.0] };
        let image = GreyImage { rows: 4, columns: 5, pixels: (0..20).collect() };
        let files = [npy_bytes(&tensor), archive(&tensor), safetensors(&tensor), png_bytes(&image).unwrap()];
        for mut bytes in files {
            if let Some(value) = bytes.get_mut(place) {
                *value = byte;
            }
            bytes.truncate(bytes.len().saturating_sub(cut));
            read_all(&bytes);
        }
    }

    #[test]
    fn spoilt_descriptions(place in 0usize..2000, with in "[ -~\n]{0,6}", length in 0usize..8) {
        for kind in Kind::ALL {
            let text: Vec<char> = starter(kind).chars().collect();
            let place = place.min(text.len());
            let rest = text.iter().skip(place + length);
            let text: String = text.iter().take(place).copied().chain(with.chars()).chain(rest.copied()).collect();
            describe(&text);
        }
    }

    #[test]
    fn arrays_survive_a_round_trip(
        rows in 1usize..5,
        columns in 1usize..5,
        seed in proptest::collection::vec(-1e9f64..1e9, 25),
    ) {
        let values = seed.into_iter().take(rows * columns).collect();
        let tensor = Tensor { shape: vec![rows, columns], values };
        let path = Path::new("file");
        prop_assert_eq!(&parse_npy(&npy_bytes(&tensor), path).unwrap(), &tensor);
        prop_assert_eq!(&parse_csv(csv_text(&tensor).as_bytes(), path).unwrap(), &tensor);
    }

    #[test]
    fn images_survive_a_round_trip(
        rows in 1usize..9,
        columns in 1usize..9,
        seed in proptest::collection::vec(any::<u8>(), 64),
    ) {
        let pixels = seed.into_iter().take(rows * columns).collect();
        let image = GreyImage { rows, columns, pixels };
        let back = parse_png(&png_bytes(&image).unwrap(), Path::new("file")).unwrap();
        prop_assert_eq!(&back, &image);
        prop_assert_eq!(GreyImage::from_values(rows, columns, &image.to_values()), image);
    }
}

#[test]
fn deep_nesting_is_an_error() {
    describe(&format!("x = {}", "[".repeat(100_000)));
    describe(&format!("x = {}", "{a=".repeat(100_000)));
    describe(&format!("{} = 1", vec!["a"; 100_000].join(".")));
}
