//! Ports and nets by name.

use std::sync::Arc;

use hw_ir::{NetId, Type};

use crate::flatten::FlatDesign;
use crate::lower::Slot;

/// A net and which of its instances are meant.
#[derive(Debug, Clone)]
pub struct NetHandle {
    pub(crate) net: usize,
    pub(crate) instances: Arc<[u32]>,
    ty: Type,
}

impl NetHandle {
    /// The type of one instance's value.
    pub fn ty(&self) -> Type {
        self.ty
    }

    /// How many instances are read.
    pub fn instances(&self) -> usize {
        self.instances.len()
    }
}

/// A port of the top.
#[derive(Debug)]
pub(crate) struct NamedPort {
    pub name: String,
    pub ty: Type,
    pub slot: Slot,
    pub handle: NetHandle,
}

/// A module at its place in the tree.
#[derive(Debug)]
pub(crate) struct NamedScope {
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    pub name: String,
    pub count: u32,
    pub instances: u32,
    /// The places of its nets.
    pub nets: std::ops::Range<usize>,
    /// The nets of its registers.
    pub registers: Vec<usize>,
}

/// A net.
#[derive(Debug)]
pub(crate) struct NamedNet {
    pub name: String,
    pub ty: Type,
    pub scope: usize,
    pub slot: Slot,
}

/// All names of a design.
#[derive(Debug)]
pub(crate) struct Names {
    pub scopes: Vec<NamedScope>,
    pub nets: Vec<NamedNet>,
    pub inputs: Vec<NamedPort>,
    pub outputs: Vec<NamedPort>,
}

impl Names {
    pub fn new(flat: &FlatDesign<'_>, slots: &[Slot]) -> Names {
        let mut scopes: Vec<NamedScope> = vec![];
        for (place, scope) in flat.scopes.iter().enumerate() {
            let module = flat.module(place);
            let net = |id: NetId| scope.base + id.0 as usize;
            scopes.push(NamedScope {
                parent: scope.parent,
                children: vec![],
                name: scope.name.clone(),
                count: scope.count as u32,
                instances: scope.instances as u32,
                nets: scope.base..scope.base + module.nets.len(),
                registers: module
                    .registers
                    .iter()
                    .map(|register| net(register.net))
                    .collect(),
            });
            if let Some(parent) = scope.parent {
                scopes[parent].children.push(place);
            }
        }
        let nets = flat.nets.iter().zip(slots).map(|(net, &slot)| NamedNet {
            name: flat.module(net.scope).net(net.net).name.clone(),
            ty: net.ty,
            scope: net.scope,
            slot,
        });
        let top = flat.design.top();
        let port = |port: &hw_ir::Port| {
            let (net, ty) = (port.net.0 as usize, top.ty(port.net));
            let handle = NetHandle {
                net,
                instances: Arc::new([0]),
                ty,
            };
            NamedPort {
                name: port.name.clone(),
                ty,
                slot: slots[net],
                handle,
            }
        };
        Names {
            scopes,
            nets: nets.collect(),
            inputs: top.inputs.iter().map(port).collect(),
            outputs: top.outputs.iter().map(port).collect(),
        }
    }

    /// The hierarchical path of a net, without indices.
    pub fn path(&self, net: usize) -> String {
        let NamedNet { name, scope, .. } = &self.nets[net];
        let (mut path, mut scope) = (name.clone(), *scope);
        while let Some(parent) = self.scopes[scope].parent {
            path = format!("{}.{path}", self.scopes[scope].name);
            scope = parent;
        }
        path
    }

    /// One instance of a net.
    pub fn handle(&self, net: usize, instance: u32) -> NetHandle {
        NetHandle {
            net,
            instances: Arc::new([instance]),
            ty: self.nets[net].ty,
        }
    }

    /// The net at a path, with indices or without.
    pub fn find(&self, path: &str) -> Option<NetHandle> {
        let mut segments: Vec<&str> = path.split('.').collect();
        let name = segments.pop()?;
        let mut scope = 0;
        let mut instances = vec![0u32];
        for segment in segments {
            let (name, index) = split_index(segment)?;
            let children = &self.scopes[scope].children;
            scope = *children
                .iter()
                .find(|&&child| self.scopes[child].name == name)?;
            let count = self.scopes[scope].count;
            if index.is_some_and(|index| index >= count) {
                return None;
            }
            let chosen = index.map_or(0..count, |index| index..index + 1);
            instances = instances
                .iter()
                .flat_map(|&outer| chosen.clone().map(move |inner| outer * count + inner))
                .collect();
        }
        let mut nets = self.scopes[scope].nets.clone();
        let net = nets.find(|&net| self.nets[net].name == name)?;
        Some(NetHandle {
            net,
            instances: instances.into(),
            ty: self.nets[net].ty,
        })
    }
}

/// `lane[3]` is `lane` and 3; `lane` is `lane` and nothing.
fn split_index(segment: &str) -> Option<(&str, Option<u32>)> {
    let Some(open) = segment.strip_suffix(']') else {
        return Some((segment, None));
    };
    let (name, index) = open.split_once('[')?;
    Some((name, Some(index.parse().ok()?)))
}
