//! Which crate may know which: the architecture invariants, from cargo's own metadata.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The crates of the workspace that each of these may depend on.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("certificate", &[]),
    ("hw-ir", &[]),
    ("program", &[]),
    ("codegen", &["hw-ir"]),
    ("hw-sim", &["hw-ir", "program"]),
    ("schedule", &["hw-ir", "program"]),
    ("network", &["program"]),
    ("quantize", &["network", "program"]),
    ("import", &["network"]),
];

/// The dependencies within the workspace of every member; those of tests alone do not count.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let manifest = tidy::root().join("Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let members = metadata.workspace_packages();
    let is_member = |name: &str| members.iter().any(|member| member.name.as_str() == name);
    let inner = |package: &cargo_metadata::Package| {
        let all = package.dependencies.iter();
        let built = all.filter(|dependency| dependency.kind != DependencyKind::Development);
        built
            .map(|dependency| dependency.name.clone())
            .filter(|name| is_member(name))
            .collect()
    };
    members
        .iter()
        .map(|package| (package.name.to_string(), inner(package)))
        .collect()
}

#[test]
fn crates_know_only_what_the_architecture_allows() {
    let found = dependencies();
    for (name, allowed) in ALLOWED {
        let known = found
            .get(name)
            .unwrap_or_else(|| panic!("the workspace has no crate {name}"));
        let surplus: Vec<_> = known
            .iter()
            .filter(|other| !allowed.contains(&other.as_str()))
            .collect();
        assert!(
            surplus.is_empty(),
            "{name} depends on {surplus:?}; allowed: {allowed:?}"
        );
    }
}

#[test]
fn every_crate_inherits_the_lints() {
    for file in tidy::tracked_files_ending("Cargo.toml").expect("tracked files") {
        if file.is_below(&["crates/"]) {
            let inherits = file
                .text
                .replace("\r\n", "\n")
                .contains("[lints]\nworkspace = true");
            assert!(
                inherits,
                "{} lacks `[lints]` with `workspace = true`",
                file.path
            );
        }
    }
}
