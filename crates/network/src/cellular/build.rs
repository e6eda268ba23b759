//! From a description to a cellular array: the template, the images.

use std::path::Path;

use super::{Boundary, Cellular, Model, Start, Template, library_template};
use crate::description::{
    BoundaryWord, CellularData, CellularDescription, ModelWord, Source, TensorSource, Until,
};
use crate::diagnostic::NetworkError;
use crate::image::GreyImage;
use crate::problem::Problem;
use crate::tensor::Tensor;

impl Cellular {
    /// Builds the network of a description.
    ///
    /// # Errors
    /// What is wrong with an image that the description names, with the place of its name.
    pub fn from_description(
        described: &CellularDescription,
        source: &Source,
    ) -> Result<Cellular, NetworkError> {
        let section = &described.template;
        let library = section.library.as_deref().and_then(library_template);
        let template = match library {
            Some(entry) => entry.template.clone(),
            None => {
                let (a, b) = (section.a.as_deref(), section.b.as_deref());
                Template::new(a, b, section.z.unwrap_or(0.0))
                    .map_err(|problem| source.error("template", problem))?
            }
        };
        let (rows, columns) = (described.network.rows, described.network.columns);
        let model = match described.model(library) {
            ModelWord::Clipped => Model::Clipped,
            ModelWord::ChuaYang => Model::ChuaYang {
                step: described.dynamics.step.unwrap_or(0.125),
            },
            ModelWord::Discrete => Model::Discrete,
        };
        let mut network = Cellular {
            name: described.network.name.clone(),
            rows,
            columns,
            template,
            model,
            boundary: boundary(described),
            start: described.start(library),
            max_steps: described.max_steps(),
            until_stable: described.until() == Until::Stable,
            input: Vec::new(),
            second: Vec::new(),
        };
        let images = network.images(&described.data, source)?;
        (network.input, network.second) = images;
        Ok(network)
    }

    fn images(
        &self,
        data: &CellularData,
        source: &Source,
    ) -> Result<(Vec<f64>, Vec<f64>), NetworkError> {
        let read = |image: &Option<TensorSource>, field| match image {
            None => Ok(Vec::new()),
            Some(image) => self
                .image(image, source.folder(), data.threshold, data.invert)
                .map_err(|problem| source.error(field, problem)),
        };
        let (input, second) = (
            read(&data.input, "data.input")?,
            read(&data.second, "data.second")?,
        );
        let started = match self.start {
            Start::Input => self
                .check_binary(&input)
                .map_err(|problem| ("data.input", problem)),
            Start::Second => self
                .check_binary(&second)
                .map_err(|problem| ("data.second", problem)),
            Start::Value(_) => Ok(()),
        };
        started.map_err(|(field, problem)| source.error(field, problem))?;
        Ok((input, second))
    }

    /// Checks an image that is to be the start state: for the model `discrete` it holds -1 and 1
    /// only.
    ///
    /// # Errors
    /// [`Problem::ElementValue`] at the first other value.
    pub fn check_binary(&self, image: &[f64]) -> Result<(), Problem> {
        let grey = image.iter().position(|value| value.abs() != 1.0);
        let (Model::Discrete, Some(at)) = (self.model, grey) else {
            return Ok(());
        };
        let value = image.get(at).copied().unwrap_or(0.0);
        let columns = self.columns.max(1);
        let position = format!("row {}, column {}", at / columns, at % columns);
        let what = "the start state of the model `discrete`";
        let allowed = "-1 or 1; set `data.threshold` to make an image black and white";
        Err(Problem::ElementValue {
            what,
            value,
            position,
            allowed,
        })
    }

    /// Reads an image for this network: a `.png` file (black and white where a threshold in grey
    /// levels is given), or rows x columns numbers from -1 (white) to 1 (black); `invert`
    /// exchanges black and white.
    ///
    /// # Errors
    /// What is wrong with the file, its size or its values.
    pub fn image(
        &self,
        image: &TensorSource,
        folder: &Path,
        threshold: Option<f64>,
        invert: bool,
    ) -> Result<Vec<f64>, Problem> {
        let mut values = match image {
            TensorSource::File(file) if file.to_ascii_lowercase().ends_with(".png") => {
                self.grey_image(&folder.join(file), threshold)?
            }
            other => self.array(&Tensor::from_source(other, folder, "the image")?)?,
        };
        if invert {
            values.iter_mut().for_each(|value| *value = -*value);
        }
        Ok(values)
    }

    fn grey_image(&self, path: &Path, threshold: Option<f64>) -> Result<Vec<f64>, Problem> {
        let image = GreyImage::load(path)?;
        if (image.rows, image.columns) != (self.rows, self.columns) {
            return Err(Problem::ImageSize {
                path: path.to_path_buf(),
                found_rows: image.rows,
                found_columns: image.columns,
                rows: self.rows,
                columns: self.columns,
            });
        }
        Ok(match threshold {
            Some(threshold) => image.to_binary_values(threshold),
            None => image.to_values(),
        })
    }

    fn array(&self, tensor: &Tensor) -> Result<Vec<f64>, Problem> {
        let what = "the image";
        if tensor.shape != [self.rows, self.columns] {
            let expected = format!(
                "{} x {}, rows x columns of [network]",
                self.rows, self.columns
            );
            return Err(Problem::Shape {
                what,
                found: format!("the shape {}", tensor.shape_text()),
                expected,
            });
        }
        tensor.check_finite(what)?;
        let outside = |value: &&f64| !(-1.0..=1.0).contains(*value);
        if let Some(value) = tensor.values.iter().find(outside).copied() {
            let at = tensor
                .values
                .iter()
                .position(|other| *other == value)
                .unwrap_or(0);
            let allowed = "numbers from -1 (white) to 1 (black)";
            let position = tensor.position(at);
            return Err(Problem::ElementValue {
                what,
                value,
                position,
                allowed,
            });
        }
        Ok(tensor.values.clone())
    }
}

fn boundary(described: &CellularDescription) -> Boundary {
    match described.boundary.rule {
        BoundaryWord::Fixed => Boundary::Fixed(described.boundary.value.unwrap_or(-1.0)),
        BoundaryWord::ZeroFlux => Boundary::ZeroFlux,
        BoundaryWord::Periodic => Boundary::Periodic,
    }
}
