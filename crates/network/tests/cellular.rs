//! Orientation, boundaries and energy of cellular arrays.

use network::Cellular;
use network::cellular::{Boundary, Model, Start, Template};
use network::noise::SplitMix64;

fn network(template: Template, boundary: Boundary) -> Cellular {
    Cellular {
        name: "test".into(),
        rows: 6,
        columns: 7,
        template,
        model: Model::Clipped,
        boundary,
        start: Start::Value(0.0),
        max_steps: 1,
        until_stable: false,
        input: Vec::new(),
        second: Vec::new(),
    }
}

/// A 5 x 5 template that copies the neighbour two rows north and one column east.
fn shift() -> Template {
    let mut rows = vec![vec![0.0; 5]; 5];
    rows[0][3] = 1.0;
    Template::new(None, Some(&rows), 0.0).unwrap()
}

#[test]
fn a_template_points_from_north_west_to_south_east_and_borders_are_as_named() {
    let image: Vec<f64> = (0..42).map(|cell| f64::from(cell) / 100.0).collect();
    let at = |row: usize, column: usize| image[row * 7 + column];
    let output = |boundary| network(shift(), boundary).run(&image, &[]).output;
    for boundary in [
        Boundary::Fixed(-0.5),
        Boundary::ZeroFlux,
        Boundary::Periodic,
    ] {
        assert_eq!(output(boundary)[3 * 7 + 2], at(1, 3));
    }
    // The cell in row 1, column 6 looks at row -1, column 7.
    let corner = 7 + 6;
    assert_eq!(output(Boundary::Fixed(-0.5))[corner], -0.5);
    assert_eq!(output(Boundary::ZeroFlux)[corner], at(0, 6));
    assert_eq!(output(Boundary::Periodic)[corner], at(5, 0));
}

#[test]
fn the_energy_of_chua_and_yang_falls_along_small_steps() {
    let mut random = SplitMix64::new(23);
    let mut number = |scale: f64| scale * (2.0 * random.uniform() - 1.0);
    for boundary in [
        Boundary::Fixed(-1.0),
        Boundary::Fixed(0.3),
        Boundary::Periodic,
    ] {
        let (corner, side, top, centre) = (number(0.5), number(0.5), number(0.5), 1.5);
        let a = [
            vec![corner, top, 0.2],
            vec![side, centre, side],
            vec![0.2, top, corner],
        ];
        let template = Template::new(Some(&a), None, number(0.5)).unwrap();
        let mut network = network(template, boundary);
        network.model = Model::ChuaYang { step: 1.0 / 64.0 };
        network.start = Start::Input;
        network.max_steps = 1000;
        let start: Vec<f64> = (0..42).map(|_| number(1.0)).collect();
        let run = network.run(&start, &[]);
        assert_eq!(run.energies.len(), 1001);
        let rise = run
            .energies
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .fold(0.0, f64::max);
        assert!(rise < 1e-9, "{boundary:?}: the energy rises by {rise}");
        assert!(run.state.iter().all(|x| x.abs() <= network.state_bound()));
    }
}

#[test]
fn there_is_no_energy_without_symmetry() {
    let a = [
        vec![0.0, 0.0, 0.0],
        vec![1.0, 2.0, -1.0],
        vec![0.0, 0.0, 0.0],
    ];
    let template = Template::new(Some(&a), None, 0.0).unwrap();
    assert!(
        network(template, Boundary::Fixed(-1.0))
            .run(&[], &[])
            .energies
            .is_empty()
    );
}
