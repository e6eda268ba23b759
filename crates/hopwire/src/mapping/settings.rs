//! The numbers of a network that suit a problem, by what was seen on small ones of its kind.

use network::combinatorial::Instance;

use crate::arguments::MinimiserArgument;

/// Sections of a description, beside the problem.
pub struct Settings {
    /// The word of `network.kind`.
    pub kind: &'static str,
    /// The network in words.
    pub what: &'static str,
    /// The lines of `[dynamics]`.
    pub dynamics: String,
    /// The line of `[update]` that gives the order; empty where there is none.
    pub order: &'static str,
    /// Rows computed at the same time.
    pub lanes: usize,
    /// Couplings taken in a clock.
    pub taps: usize,
}

/// The network that suits a problem of this kind.
pub fn suited(instance: &Instance) -> MinimiserArgument {
    match instance {
        Instance::MaxCut(_) | Instance::Qubo(_) | Instance::Tour(_) => {
            MinimiserArgument::SimulatedBifurcation
        }
        Instance::Queens(_) | Instance::Colouring(_) => MinimiserArgument::AnnealedHopfield,
    }
}

impl Settings {
    /// Those of a network for a problem.
    pub fn of(instance: &Instance, network: MinimiserArgument) -> Settings {
        let units = instance.units();
        let few = |most: usize| most.min(units).max(1);
        match network {
            MinimiserArgument::SimulatedBifurcation => {
                // Signs come nearer to the best cut of a graph; positions cope with penalties.
                let form = match instance {
                    Instance::MaxCut(_) => "discrete",
                    _ => "ballistic",
                };
                Settings {
                    kind: "simulated_bifurcation",
                    what: "simulated bifurcation",
                    dynamics: format!(
                        "form = \"{form}\"\n# step and coupling are chosen: hopwire check says \
                         whether they are small enough.\nstep = \"auto\"\ncoupling = \"auto\"\n"
                    ),
                    order: "",
                    lanes: few(4),
                    taps: few(2),
                }
            }
            MinimiserArgument::AnnealedHopfield => Settings {
                kind: "annealed_hopfield",
                what: "an annealed Hopfield network",
                dynamics: "# temperature = { from, to, shape = \"geometric\" }: chosen by the \
                           size of the couplings.\nnoise_bits = 10\nseed = 1\n"
                    .into(),
                order: "order = \"sequential\"\n",
                lanes: 1,
                taps: few(4),
            },
            MinimiserArgument::Chaotic => {
                // Tours were found more often with all units at the same time.
                let order = match instance {
                    Instance::Tour(_) => "order = \"synchronous\"\n",
                    _ => "order = \"sequential\"\n",
                };
                Settings {
                    kind: "chaotic",
                    what: "a transiently chaotic network",
                    dynamics: "coupling = \"auto\"\nself_coupling = { from = 0.25, to = 0.01, \
                               shape = \"geometric\" }\n"
                        .into(),
                    order,
                    lanes: few(if order.contains("sync") { 4 } else { 1 }),
                    taps: few(4),
                }
            }
        }
    }
}
