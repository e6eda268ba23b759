//! How large the values of a sequence network become in the runs of its description.

use network::sequence::{Cell, Decoder, Gives, Layer, SequenceNetwork, State};

/// The largest magnitudes.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Of inputs and of what layers give.
    pub data: f64,
    /// Of the memories of LSTM cells.
    pub cells: f64,
}

/// Whether a layer gives counts or tokens, which have a format of their own.
fn counts(layer: &Layer) -> bool {
    let mut cells = layer
        .recurrent()
        .into_iter()
        .flat_map(|of| of.direction.cells());
    cells.any(|cell| matches!(cell, Cell::Count(_) | Cell::Sample(_) | Cell::Markov(_)))
}

impl Seen {
    /// Of all sequences; of 1 where there is none.
    pub fn of(network: &SequenceNetwork) -> Seen {
        let mut seen = Seen {
            data: 0.0,
            cells: 0.0,
        };
        for layer in &network.layers {
            match layer {
                Layer::Embedding(layer) => seen.look(&[vec![layer.largest()]]),
                Layer::Decoder(layer) => seen.look(&[vec![layer.embedding.largest()]]),
                _ => {}
            }
        }
        let brought = network.given();
        for (sequence, given) in network.fed().into_iter().zip(&brought) {
            let mut states = network.begin(&given.states).into_iter();
            for state in states.as_slice() {
                seen.look(std::slice::from_ref(&state.hidden));
                seen.remember(&state.cell);
            }
            // Tokens and counts have formats of their own.
            if network.vocabulary().is_none() {
                seen.look(&sequence);
            }
            let mut vectors = sequence;
            for (number, layer) in network.layers.iter().enumerate() {
                vectors = seen.pass(layer, &vectors, &mut states);
                let next = network.layers.get(number + 1);
                let summed = matches!(next, None | Some(Layer::Dense(_)));
                let whole = counts(layer) || (network.generate.is_some() && next.is_none());
                let names = layer.best_path().is_some() || layer.decoder().is_some();
                let apart = summed && whole || names;
                if !apart {
                    seen.look(&vectors);
                }
            }
        }
        for cell in network.every_cell() {
            if let Cell::Tree(cell) = cell {
                seen.look(&[vec![cell.largest_leaf()]]);
            }
            let state = cell.start();
            seen.look(&[state.hidden]);
            seen.remember(&state.cell);
        }
        Seen {
            data: if seen.data > 0.0 { seen.data } else { 1.0 },
            cells: if seen.cells > 0.0 { seen.cells } else { 1.0 },
        }
    }

    fn look(&mut self, vectors: &[Vec<f64>]) {
        let finite = vectors.iter().flatten().filter(|value| value.is_finite());
        self.data = finite.fold(self.data, |most, value| most.max(value.abs()));
    }

    fn remember(&mut self, cells: &[f64]) {
        let finite = cells.iter().filter(|value| value.is_finite());
        self.cells = finite.fold(self.cells, |most, value| most.max(value.abs()));
    }

    /// The tokens of a decoder, with its states looked at.
    fn decode(&mut self, layer: &Decoder, encoded: &[Vec<f64>]) -> Vec<Vec<f64>> {
        layer.run_seen(encoded, |state| {
            self.look(std::slice::from_ref(&state.hidden));
            self.remember(&state.cell);
        })
    }

    /// What a layer makes of the vectors of a sequence, from the next states, one for each cell.
    fn pass(
        &mut self,
        layer: &Layer,
        vectors: &[Vec<f64>],
        states: &mut impl Iterator<Item = State>,
    ) -> Vec<Vec<f64>> {
        if let Layer::BestPath(layer) = layer {
            return layer.run(vectors);
        }
        if let Layer::Decoder(layer) = layer {
            return self.decode(layer, vectors);
        }
        let Layer::Recurrent(recurrent) = layer else {
            return vectors.iter().filter_map(|x| layer.apply(x)).collect();
        };
        let mut read = |cell: &Cell, order: &mut dyn Iterator<Item = &Vec<f64>>| {
            let mut state = states.next().unwrap_or_else(|| cell.start());
            let step = |x: &Vec<f64>| {
                let given = cell.step(x, &mut state);
                self.remember(&state.cell);
                given
            };
            order.map(step).collect::<Vec<_>>()
        };
        let forward = recurrent.direction.forward();
        let forward = forward.map(|cell| read(cell, &mut vectors.iter()));
        let reverse = recurrent.direction.reverse();
        let mut reverse = reverse.map(|cell| read(cell, &mut vectors.iter().rev()));
        if recurrent.gives == Gives::EveryStep {
            reverse.iter_mut().for_each(|all| all.reverse());
        }
        let all: Vec<Vec<Vec<f64>>> = forward.into_iter().chain(reverse).collect();
        (0..vectors.len())
            .map(|at| {
                all.iter()
                    .filter_map(|of| of.get(at))
                    .flatten()
                    .copied()
                    .collect()
            })
            .collect()
    }
}
