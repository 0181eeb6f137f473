//! The built-in font: how wide letters are, which are in use, and the bytes of those.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

use super::PdfError;
use super::file::packed;

const REGULAR: &[u8] = include_bytes!("../../fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/DejaVuSans-Bold.ttf");

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// Both weights.
pub(super) struct Fonts {
    regular: Font,
    bold: Font,
}

/// One weight and its letters in use.
pub(super) struct Font {
    face: Face<'static>,
    bytes: &'static [u8],
    name: &'static str,
    used: GlyphRemapper,
    /// What each letter in use stands for, in the order of `used`.
    letters: Vec<char>,
}

impl Fonts {
    pub(super) fn load() -> Result<Fonts, PdfError> {
        let regular = Font::load(REGULAR, "AAAAAA+DejaVuSans")?;
        Ok(Fonts { regular, bold: Font::load(BOLD, "AAAAAB+DejaVuSans-Bold")? })
    }

    pub(super) fn of(&self, weight: Weight) -> &Font {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    pub(super) fn of_mut(&mut self, weight: Weight) -> &mut Font {
        match weight {
            Weight::Regular => &mut self.regular,
            Weight::Bold => &mut self.bold,
        }
    }
}

impl Font {
    fn load(bytes: &'static [u8], name: &'static str) -> Result<Font, PdfError> {
        let face = Face::parse(bytes, 0).map_err(|error| PdfError::Font(error.to_string()))?;
        Ok(Font { face, bytes, name, used: GlyphRemapper::new(), letters: vec!['\u{fffd}'] })
    }

    fn glyph(&self, letter: char) -> GlyphId {
        self.face.glyph_index(letter).unwrap_or(GlyphId(0))
    }

    /// How wide a text of this size is, in points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.advance(self.glyph(letter))).sum::<f32>() * size / 1000.0
    }

    fn advance(&self, glyph: GlyphId) -> f32 {
        let units = f32::from(self.face.units_per_em());
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) * 1000.0 / units
    }

    /// The text as the file has it: two bytes a letter.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() * 2);
        for letter in text.chars() {
            let number = self.used.remap(self.glyph(letter).0);
            if usize::from(number) == self.letters.len() {
                self.letters.push(letter);
            }
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Writes the font with the letters in use; takes five ids from `first` on, the first of which names it.
    pub(super) fn write(&self, pdf: &mut pdf_writer::Pdf, first: i32) -> Result<(), PdfError> {
        let [whole, cid, descriptor, cmap, data] = [0, 1, 2, 3, 4].map(|offset| Ref::new(first + offset));
        let system_info = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
        let name = Name(self.name.as_bytes());

        let mut font = pdf.type0_font(whole);
        font.base_font(name).encoding_predefined(Name(b"Identity-H"));
        font.descendant_font(cid).to_unicode(cmap);
        font.finish();

        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type2).base_font(name).system_info(system_info).font_descriptor(descriptor);
        font.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
        font.widths().consecutive(0, self.used.remapped_gids().map(|old| self.advance(GlyphId(old))));
        font.finish();

        let scale = 1000.0 / f32::from(self.face.units_per_em());
        let bounds = self.face.global_bounding_box();
        let [left, bottom, right, top] =
            [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|edge| f32::from(edge) * scale);
        let mut about = pdf.font_descriptor(descriptor);
        about.name(name).flags(FontFlags::NON_SYMBOLIC).bbox(pdf_writer::Rect::new(left, bottom, right, top));
        about.italic_angle(0.0).ascent(f32::from(self.face.ascender()) * scale);
        about.descent(f32::from(self.face.descender()) * scale);
        about.cap_height(729.0).stem_v(80.0).font_file2(data);
        about.finish();

        let mut map = UnicodeCmap::new(Name(b"Letters"), system_info);
        for (number, letter) in self.letters.iter().enumerate() {
            map.pair(u16::try_from(number).unwrap_or(0), *letter);
        }
        let map = map.finish();
        pdf.cmap(cmap, map.as_slice());

        let cut = subsetter::subset(self.bytes, 0, &self.used).map_err(|error| PdfError::Font(error.to_string()))?;
        pdf.stream(data, &packed(&cut)).filter(Filter::FlateDecode);
        Ok(())
    }
}
