//! Programs whose steps are of several phases, with memories of whole vectors: the same vectors after
//! every step that emits, in the same number of cycles, whatever the fold.

use hw_sim::stimulus::random::Random;
use lockstep::host::Values;
use lockstep::levels;
use program::{
    Arrangement, Begins, Expression, Format, Gather, Kept, NodeId, Operation, Order, Overflow,
    Part, Phase, Phases, Program, Recalled, Role, Rounding, Rule, Shape, Stage, Stop, Storage,
    Vector, VectorId, Weights, When,
};
use proptest::prelude::*;
use schedule::{Form, Hardware};

const FORWARD: usize = 0;
const BACK: usize = 1;

fn unsigned(bits: u32) -> Format {
    Format::unsigned(bits, 0).unwrap()
}

fn word() -> Format {
    Format::signed(8, 0).unwrap()
}

/// A program under construction, and an expression of its next stage.
#[derive(Default)]
struct Draft {
    vectors: Vec<Vector>,
    stages: Vec<Stage>,
    apply: Expression,
}

impl Draft {
    fn vector(&mut self, name: &str, units: usize, format: Format, role: Role) -> VectorId {
        self.vectors.push(Vector {
            name: name.into(),
            shape: Shape::Units(units),
            format,
            role,
        });
        VectorId(self.vectors.len() - 1)
    }

    fn kept(&mut self, name: &str, units: usize, format: Format) -> VectorId {
        let start = vec![0; units];
        let kept = Kept {
            start,
            begins: Begins::Anew,
        };
        self.vector(name, units, format, Role::Kept(kept))
    }

    fn node(&mut self, operation: Operation, format: Format) -> NodeId {
        let name = format!("n{}", self.apply.nodes.len());
        self.apply.push(&name, operation, format)
    }

    fn element(&mut self, of: VectorId) -> NodeId {
        self.node(Operation::Element(of), self.vectors[of.0].format)
    }

    /// `a + by`, saturated to the format of `a`.
    fn moved(&mut self, a: NodeId, by: i64) -> NodeId {
        let format = self.apply.format(a).unwrap();
        let wide = Format::signed(format.width() + 2, 0).unwrap();
        let by = self.node(Operation::Constant(by), wide);
        let wider = Operation::Resize {
            of: a,
            rounding: Rounding::Floor,
            overflow: Overflow::Wrap,
        };
        let a = self.node(wider, wide);
        let sum = Format::signed(format.width() + 3, 0).unwrap();
        let of = self.node(Operation::Add(a, by), sum);
        let fitted = Operation::Resize {
            of,
            rounding: Rounding::Floor,
            overflow: Overflow::Saturate,
        };
        self.node(fitted, format)
    }

    fn select(&mut self, condition: NodeId, high: NodeId, low: NodeId) -> NodeId {
        let format = self.apply.format(high).unwrap();
        let select = Operation::Select {
            condition,
            high,
            low,
        };
        self.node(select, format)
    }

    fn stage(
        &mut self,
        name: &str,
        when: When,
        gathers: Vec<Gather>,
        writes: Vec<(VectorId, NodeId)>,
    ) {
        self.stages.push(Stage {
            name: name.into(),
            when,
            gathers,
            apply: std::mem::take(&mut self.apply),
            writes,
            rest: None,
        });
    }
}

#[derive(Debug, Clone)]
struct Shaped {
    units: usize,
    address_bits: u32,
    leaves_forward: bool,
    control_last: bool,
    weights: Vec<i64>,
}

/// Reads a sequence into a memory, then gives it back from its end, weighted together with what was
/// given before and the number of the step.
fn reversing(of: &Shaped) -> Program {
    let mut d = Draft::default();
    let n = of.units;
    let address = unsigned(of.address_bits);
    let input = d.vector("input", n, word(), Role::Sequence);
    let last = d.vector("last", 1, unsigned(1), Role::Last);
    let phase = d.kept("phase", 1, unsigned(2));
    let end = d.kept("end", 1, unsigned(1));
    let position = d.kept("position", 1, address);
    let place = d.vector("place", 1, address, Role::Signal);
    let count = d.kept("count", 1, word());
    let given = d.kept("given", n, word());
    let recalled = d.vector(
        "recalled",
        n,
        word(),
        Role::Recalled(Recalled {
            of: input,
            read: position,
            write: place,
            words: 1 << of.address_bits,
        }),
    );
    let parts = [(recalled, n), (given, n), (count, 1)];
    let parts = parts.map(|(of, count)| Part {
        of,
        first: 0,
        count,
    });
    let both = d.vector("both", 2 * n + 1, word(), Role::Joined(parts.to_vec()));
    let output = d.vector("output", n, word(), Role::Emitted);

    let at = d.element(count);
    let at = d.moved(at, 1);
    d.stage("number", When::EveryStep, vec![], vec![(count, at)]);

    let control = |d: &mut Draft| {
        let at = d.element(position);
        let is_last = d.element(last);
        let more = d.moved(at, 1);
        let stay = d.select(is_last, at, more);
        let back = d.node(Operation::Constant(BACK as i64), unsigned(2));
        let now = d.element(phase);
        let next = d.select(is_last, back, now);
        let writes = vec![(position, stay), (place, at), (phase, next)];
        d.stage("advance", When::Phase(FORWARD), vec![], writes);

        let at = d.element(position);
        let less = d.moved(at, -1);
        let one = d.node(Operation::Constant(1), address);
        let is_first = d.node(Operation::Less(at, one), Format::TRUTH);
        d.stage(
            "retreat",
            When::Phase(BACK),
            vec![],
            vec![(position, less), (end, is_first)],
        );
    };
    if !of.control_last {
        control(&mut d);
    }
    let sum = Format::signed(8 + 8 + 6, 0).unwrap();
    let gather = Gather {
        source: both,
        map: None,
        weights: Weights {
            format: Format::signed(5, 0).unwrap(),
            arrangement: Arrangement::Dense {
                rows: n,
                columns: 2 * n + 1,
                values: of.weights[..n * (2 * n + 1)].to_vec(),
            },
            storage: Storage::Rom,
        },
        offset: None,
        accumulator: sum,
    };
    let total = d.node(Operation::Gathered(0), sum);
    let fitted = Operation::Resize {
        of: total,
        rounding: Rounding::Floor,
        overflow: Overflow::Saturate,
    };
    let fitted = d.node(fitted, word());
    // Emitted vectors are known wherever they leave.
    let when = match of.leaves_forward {
        true => When::EveryStep,
        false => When::Phase(BACK),
    };
    d.stage(
        "weigh",
        when,
        vec![gather],
        vec![(given, fitted), (output, fitted)],
    );
    if of.control_last {
        control(&mut d);
    }
    let phases = [("forward", true, of.leaves_forward), ("back", false, true)];
    let phases = phases.map(|(name, feeds, leaves)| Phase {
        name: name.into(),
        feeds,
        leaves,
    });
    Program {
        name: "reversing".into(),
        kind: "sequence".into(),
        sources: vec![],
        vectors: d.vectors,
        tables: vec![],
        stages: d.stages,
        order: Order::Synchronous,
        phases: Some(Phases {
            present: phase,
            end,
            phases: phases.to_vec(),
        }),
        stop: Stop {
            max_steps: 1000,
            when_stable: false,
            on_period_two: false,
        },
    }
}

prop_compose! {
    fn shapes()(
        units in 1usize..5,
        address_bits in 1u32..5,
        leaves_forward in any::<bool>(),
        control_last in any::<bool>(),
        weights in prop::collection::vec(-16i64..16, 4 * 9),
    ) -> Shaped {
        Shaped { units, address_bits, leaves_forward, control_last, weights }
    }
}

fn sequence(random: &mut Random, units: usize, steps: usize) -> Vec<i64> {
    (0..units * steps)
        .map(|_| random.below(256) as i64 - 128)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn phases_agree_at_all_levels(
        of in shapes(),
        lanes in 1usize..5,
        taps in 1usize..4,
        lengths in prop::collection::vec(1usize..20, 1..4),
        seed in any::<u64>(),
    ) {
        let program = reversing(&of);
        let lanes = lanes.min(of.units);
        let taps = if (2 * of.units + 1).is_multiple_of(taps) { taps } else { 1 };
        let hardware = Hardware { lanes, taps, form: Form::Frame };
        let mut random = Random::new(seed);
        let runs: Vec<Vec<(VectorId, Vec<i64>)>> = lengths
            .iter()
            .map(|&steps| vec![(VectorId(0), sequence(&mut random, of.units, steps))])
            .collect();
        let loads: Vec<&Values> = runs.iter().map(Vec::as_slice).collect();
        let agrees = levels::compare(&program, &hardware, &loads, &[1000]);
        prop_assert!(agrees.is_ok(), "{}", agrees.unwrap_err());
    }
}

/// What the program means, said without it: with the identity as weights of what is recalled and
/// nothing else, the sequence comes back from its end.
#[test]
fn a_sequence_comes_back_from_its_end() {
    for units in 1..4 {
        let mut weights = vec![0; units * (2 * units + 1)];
        for row in 0..units {
            weights[row * (2 * units + 1) + row] = 1;
        }
        let of = Shaped {
            units,
            address_bits: 3,
            leaves_forward: false,
            control_last: true,
            weights,
        };
        let program = reversing(&of);
        let mut random = Random::new(7);
        for steps in 1..9 {
            let given = sequence(&mut random, units, steps);
            let loads = vec![(VectorId(0), given.clone())];
            let run = levels::run(&program, &[loads.as_slice()], true)
                .unwrap()
                .remove(0);
            let back: Vec<i64> = given.chunks(units).rev().flatten().copied().collect();
            assert_eq!(run.states, vec![back], "{units} units, {steps} steps");
            assert_eq!(run.phases, vec![steps as u64; 2]);
        }
    }
}

/// Programs whose phases or memories are not well-formed are refused before they run.
#[test]
fn phases_and_memories_that_do_not_suit_are_refused() {
    let of = Shaped {
        units: 2,
        address_bits: 3,
        leaves_forward: false,
        control_last: false,
        weights: vec![1; 10],
    };
    let good = reversing(&of);
    program::check(&good).unwrap();
    let found = |name: &str| good.find(name).unwrap().0;
    let recalled = found("recalled");
    let refused = |rule: Rule, spoil: &dyn Fn(&mut Program)| {
        let mut program = good.clone();
        spoil(&mut program);
        assert_eq!(program::check(&program).unwrap_err().rule, rule);
    };
    fn phases(program: &mut Program) -> &mut Phases {
        program.phases.as_mut().unwrap()
    }
    fn memory(program: &mut Program, at: usize) -> &mut Recalled {
        match &mut program.vectors[at].role {
            Role::Recalled(recalled) => recalled,
            other => panic!("{other:?}"),
        }
    }
    refused(Rule::Time, &|p| p.phases = None);
    refused(Rule::Time, &|p| phases(p).phases.clear());
    refused(Rule::Time, &|p| phases(p).phases.truncate(1));
    refused(Rule::Name, &|p| phases(p).phases[1].name = "forward".into());
    refused(Rule::Time, &|p| phases(p).phases[0].leaves = true);
    refused(Rule::Time, &|p| {
        phases(p).present = VectorId(found("given"))
    });
    refused(Rule::Time, &|p| phases(p).end = VectorId(found("input")));
    refused(Rule::Time, &|p| {
        p.vectors[found("last")].format = unsigned(2)
    });
    refused(Rule::Size, &|p| memory(p, recalled).words = 4);
    refused(Rule::Time, &|p| {
        memory(p, recalled).read = VectorId(found("place"))
    });
    refused(Rule::Time, &|p| {
        memory(p, recalled).write = VectorId(found("phase"))
    });
    refused(Rule::Time, &|p| {
        memory(p, recalled).of = VectorId(found("count"))
    });
    // The address is a signal of the forward phase, and the vector is stored in the other.
    refused(Rule::Time, &|p| {
        memory(p, recalled).of = VectorId(found("given"))
    });
    // A signal of one phase is not known in another.
    refused(Rule::Write, &|p| {
        let weigh = p
            .stages
            .iter_mut()
            .find(|stage| stage.name == "retreat")
            .unwrap();
        weigh.apply.nodes[0].operation = Operation::Element(VectorId(found("place")));
    });
}
