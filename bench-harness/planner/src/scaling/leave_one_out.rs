//! How well a law predicts a point that it was not fitted to.

/// Root mean square of the errors when each point is predicted from the others; none where one cannot be.
///
/// `error` takes the others and the point.
pub(crate) fn leave_one_out<P: Copy>(points: &[P], error: impl Fn(&[P], P) -> Option<f64>) -> Option<f64> {
    let mut squares = 0.0;
    for index in 0..points.len() {
        let mut others = points.to_vec();
        let point = others.remove(index);
        squares += error(&others, point)?.powi(2);
    }
    Some((squares / points.len() as f64).sqrt())
}
