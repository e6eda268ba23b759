//! Arrays of MATLAB: files that MATLAB wrote, files in every form that the format has, and spoilt ones.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use network::Tensor;
use network::tensor::parse_mat;
use proptest::prelude::*;

fn read(bytes: &[u8], key: Option<&str>) -> Result<Tensor, network::Problem> {
    parse_mat(bytes, key, Path::new("w.mat"))
}

/// A file of `tests/matlab`.
fn real(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matlab");
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn files_that_matlab_wrote() {
    let small = read(&real("testmatrix_6.1_SOL2.mat"), None).unwrap();
    assert_eq!(small.shape, [3, 5]);
    let rows = [
        [1.0, 2.0, 3.0, 4.0, 5.0],
        [2.0, 0.0, 0.0, 0.0, 0.0],
        [3.0, 0.0, 0.0, 0.0, 0.0],
    ];
    assert_eq!(small.values, rows.concat());
    let multi = real("testmulti_7.4_GLNX86.mat");
    assert_eq!(read(&multi, Some("a")).unwrap(), small);
    let theta = read(&multi, Some("theta")).unwrap();
    assert_eq!(theta.shape, [1, 9]);
    let angles: Vec<f64> = (0..9)
        .map(|k| std::f64::consts::FRAC_PI_4 * f64::from(k))
        .collect();
    assert_eq!(theta.values, angles);
    let solid = read(&real("test3dmatrix_7.4_GLNX86.mat"), None).unwrap();
    assert_eq!(solid.shape, [2, 3, 4]);
    // MATLAB counted 1 to 24 with the first index fastest.
    for (at, value) in solid.values.iter().enumerate() {
        let (i, j, k) = (at / 12, at / 4 % 3, at % 4);
        assert_eq!(*value, (1 + i + 2 * j + 6 * k) as f64);
    }
    let truth = read(&real("testbool_8_WIN64.mat"), None).unwrap();
    assert_eq!((truth.shape, truth.values), (vec![2, 1], vec![1.0, 0.0]));
}

#[test]
fn what_is_refused_and_what_would_work() {
    let names = [
        "testcomplex_7.4_GLNX86.mat",
        "testsparse_6.1_SOL2.mat",
        "testcell_7.4_GLNX86.mat",
        "teststruct_7.4_GLNX86.mat",
        "teststring_7.4_GLNX86.mat",
        "testobject_7.4_GLNX86.mat",
        "testfunc_7.4_GLNX86.mat",
        "testhdf5_7.4_GLNX86.mat",
        "testmatrix_4.2c_SOL2.mat",
        "corrupted_zlib_checksum.mat",
    ];
    let mut text = String::new();
    let mut tell = |title: &str, result: Result<Tensor, network::Problem>| {
        let error = result.unwrap_err();
        let (code, expected) = (error.code(), error.expected());
        text += &format!("--- {title}\n{code}: {error}\n  expected: {expected}\n");
    };
    for name in names {
        tell(name, read(&real(name), None));
    }
    let multi = real("testmulti_7.4_GLNX86.mat");
    tell("two arrays and no name", read(&multi, None));
    tell("a name spelled wrongly", read(&multi, Some("Theta")));
    let one = Variable::new("w", 9, 2, &[2, 1], &[1, 2]);
    let file = one.file(Form::PLAIN);
    tell("cut within the elements", read(&file[..180], None));
    tell("cut within the header", read(&file[..100], None));
    tell("empty", read(b"", None));
    let mut longer = Form::PLAIN.header();
    longer.extend(Form::PLAIN.words(&[14, 1 << 30]));
    tell("a variable larger than the file", read(&longer, None));
    let many = Variable::new("w", 6, 9, &[1 << 20, 1 << 20], &[]);
    tell("10^12 elements", read(&many.file(Form::PLAIN), None));
    let over = Variable::new("w", 6, 9, &[i32::MAX, i32::MAX, i32::MAX], &[]);
    tell(
        "dimensions that overflow",
        read(&over.file(Form::PLAIN), None),
    );
    let negative = Variable::new("w", 6, 9, &[-1, 2], &[]);
    tell("a negative axis", read(&negative.file(Form::PLAIN), None));
    let short = Variable::new("w", 6, 9, &[2, 2], &[0; 24]);
    tell(
        "fewer elements than its shape",
        read(&short.file(Form::PLAIN), None),
    );
    let words = Variable::new("w", 6, 16, &[1, 2], b"ab");
    tell("text as elements", read(&words.file(Form::PLAIN), None));
    insta::assert_snapshot!(text);
}

/// How a file is written.
#[derive(Debug, Clone, Copy)]
struct Form {
    big: bool,
    compressed: bool,
    /// Parts of at most 4 bytes stand in their tags.
    small_parts: bool,
}

impl Form {
    const PLAIN: Form = Form {
        big: false,
        compressed: false,
        small_parts: false,
    };

    fn words(self, words: &[u32]) -> Vec<u8> {
        let bytes = |word: &u32| match self.big {
            true => word.to_be_bytes(),
            false => word.to_le_bytes(),
        };
        words.iter().flat_map(bytes).collect()
    }

    fn header(self) -> Vec<u8> {
        let mut bytes = b"MATLAB 5.0 MAT-file, made by a test".to_vec();
        bytes.resize(124, b' ');
        bytes.extend(if self.big {
            *b"\x01\x00MI"
        } else {
            *b"\x00\x01IM"
        });
        bytes
    }

    fn part(self, kind: u32, data: &[u8]) -> Vec<u8> {
        let length = data.len() as u32;
        let small = self.small_parts && (1..=4).contains(&length);
        let mut bytes = match small {
            true => self.words(&[length << 16 | kind]),
            false => self.words(&[kind, length]),
        };
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    }
}

/// An array as it stands in a file; `data` little-endian.
struct Variable {
    name: &'static str,
    class: u32,
    kind: u32,
    shape: Vec<i32>,
    data: Vec<u8>,
}

impl Variable {
    fn new(name: &'static str, class: u32, kind: u32, shape: &[i32], data: &[u8]) -> Variable {
        let (shape, data) = (shape.to_vec(), data.to_vec());
        Variable {
            name,
            class,
            kind,
            shape,
            data,
        }
    }

    fn element(&self, form: Form) -> Vec<u8> {
        let shape: Vec<u32> = self.shape.iter().map(|&axis| axis as u32).collect();
        let mut data = self.data.clone();
        if form.big {
            data.chunks_mut(width(self.kind)).for_each(<[u8]>::reverse);
        }
        let parts = [
            form.part(6, &form.words(&[self.class, 0])),
            form.part(5, &form.words(&shape)),
            form.part(1, self.name.as_bytes()),
            form.part(self.kind, &data),
        ];
        let matrix = form.part(14, &parts.concat());
        if !form.compressed {
            return matrix;
        }
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&matrix).unwrap();
        let packed = packer.finish().unwrap();
        [form.words(&[15, packed.len() as u32]), packed].concat()
    }

    fn file(&self, form: Form) -> Vec<u8> {
        [form.header(), self.element(form)].concat()
    }
}

/// Bytes of an element that is stored as `kind`.
fn width(kind: u32) -> usize {
    match kind {
        3 | 4 => 2,
        5..=7 => 4,
        9 | 12 | 13 => 8,
        _ => 1,
    }
}

/// The little-endian bytes of a small whole number stored as `kind`.
fn stored(kind: u32, value: i8) -> Vec<u8> {
    let wide = i64::from(value).to_le_bytes();
    match kind {
        7 => f32::from(value).to_le_bytes().to_vec(),
        9 => f64::from(value).to_le_bytes().to_vec(),
        kind => wide[..width(kind)].to_vec(),
    }
}

/// What a reader must make of it.
fn meant(kind: u32, value: i8) -> f64 {
    match kind {
        2 => f64::from(value as u8),
        4 => f64::from(i16::from(value) as u16),
        6 => f64::from(i32::from(value) as u32),
        13 => (i64::from(value) as u64) as f64,
        _ => f64::from(value),
    }
}

fn forms() -> impl Strategy<Value = Form> {
    any::<(bool, bool, bool)>().prop_map(|(big, compressed, small_parts)| Form {
        big,
        compressed,
        small_parts,
    })
}

fn kinds() -> impl Strategy<Value = u32> {
    proptest::sample::select(vec![1, 2, 3, 4, 5, 6, 7, 9, 12, 13])
}

proptest! {
    #[test]
    fn every_class_type_and_form(
        form in forms(),
        kind in kinds(),
        class in 6u32..=15,
        shape in proptest::collection::vec(1i32..5, 2..4),
        seed in any::<[i8; 64]>(),
    ) {
        let count = shape.iter().product::<i32>() as usize;
        let data: Vec<u8> = seed[..count].iter().flat_map(|&value| stored(kind, value)).collect();
        let w = Variable::new("w", class, kind, &shape, &data);
        let other = Variable::new("longer_name", 9, 2, &[1, 1], &[7]);
        let file = [form.header(), other.element(form), w.element(form)].concat();
        let tensor = read(&file, Some("w")).unwrap();
        let axes: Vec<usize> = shape.iter().map(|&axis| axis as usize).collect();
        prop_assert_eq!(&tensor.shape, &axes);
        // Element by element: index from the last axis, place in the file from the first.
        for (at, value) in tensor.values.iter().enumerate() {
            let (mut rest, mut place) = (at, 0);
            for (axis, length) in axes.iter().enumerate().rev() {
                place += rest % length * axes[..axis].iter().product::<usize>();
                rest /= length;
            }
            prop_assert_eq!(*value, meant(kind, seed[place]));
        }
        prop_assert_eq!(read(&file, Some("longer_name")).unwrap().values, [7.0]);
        prop_assert_eq!(read(&file, None).unwrap_err().code(), "HW0306");
    }

    #[test]
    fn spoilt_files(
        form in forms(),
        spoilt in proptest::collection::vec((0usize..300, any::<u8>()), 1..4),
        cut in 0usize..60,
        key in proptest::option::of(Just("w")),
    ) {
        let w = Variable::new("w", 6, 4, &[3, 2], &[1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0]);
        let mut bytes = w.file(form);
        for (place, byte) in spoilt {
            if let Some(value) = bytes.get_mut(place) {
                *value = byte;
            }
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        // What is still read has as many elements as its shape says.
        if let Ok(tensor) = read(&bytes, key) {
            prop_assert_eq!(tensor.values.len(), tensor.shape.iter().product::<usize>());
        }
    }

    #[test]
    fn any_bytes_behind_a_header(
        form in forms(),
        kind in 0u32..20,
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let element = [form.words(&[kind, bytes.len() as u32]), bytes].concat();
        let _ = read(&[form.header(), element].concat(), None);
    }
}

#[test]
fn a_bomb_is_unpacked_no_further_than_its_shape() {
    // 1 GiB of zeros in about 1 MB, behind a shape of 2 x 2.
    let form = Form::PLAIN;
    let head = [
        form.part(6, &form.words(&[6, 0])),
        form.part(5, &form.words(&[2, 2])),
        form.part(1, b"w"),
        form.words(&[9, 1 << 30]),
    ]
    .concat();
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(&form.words(&[14, u32::MAX])).unwrap();
    packer.write_all(&head).unwrap();
    for _ in 0..1 << 10 {
        packer.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let packed = packer.finish().unwrap();
    let element = [form.words(&[15, packed.len() as u32]), packed].concat();
    let error = read(&[form.header(), element].concat(), None).unwrap_err();
    let reason = "`w`: a part of 1073741824 bytes, where 32 are right";
    assert!(error.to_string().ends_with(reason), "{error}");
}
