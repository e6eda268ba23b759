//! Eigenvalues, norms and M-matrices: the numbers on which stability rests, each between bounds
//! that hold whatever the rounding of the computation did. Where the bounds do not decide a
//! question, the answer is that it is not known. The radius of a matrix that is not symmetric is no such
//! bound, but as accurate as its method is stable.

mod enclosure;
mod extremes;
mod m_matrix;
mod norms;
mod radius;

pub use enclosure::{Enclosure, dot};
pub use extremes::{Extremes, extremes};
pub use m_matrix::{MMatrix, m_matrix};
pub use norms::{Norm, smallest_norm};
pub use radius::spectral_radius;
