//! Memory files: one word a line, hexadecimal, element 0 lowest.

use hw_ir::{Image, text::hexadecimal};

/// The text of the memory file of an image.
pub fn memory_file(image: &Image) -> String {
    let mut text = String::new();
    for word in image.elements.chunks(image.word.count.max(1) as usize) {
        text.push_str(&hexadecimal(image.word, word));
        text.push('\n');
    }
    text
}
