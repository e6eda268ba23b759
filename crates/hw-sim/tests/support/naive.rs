//! The plainest simulator: every instance apart, every value by recursion over `Op::eval`.

use std::cell::RefCell;

use hw_ir::{Connection, Design, ModuleId, NetId, NetSource, Reset, Value};

struct Node {
    module: ModuleId,
    parent: Option<(usize, usize, usize)>,
    children: Vec<Vec<usize>>,
    registers: Vec<Vec<i64>>,
    memories: Vec<Vec<i64>>,
    reads: Vec<Vec<Vec<i64>>>,
}

pub struct Naive<'a> {
    design: &'a Design,
    nodes: Vec<Node>,
    pub inputs: Vec<Vec<i64>>,
    memo: RefCell<Vec<Vec<Option<Vec<i64>>>>>,
}

impl<'a> Naive<'a> {
    pub fn new(design: &'a Design) -> Naive<'a> {
        let top = design.top();
        let inputs = top
            .inputs
            .iter()
            .map(|p| vec![0; top.ty(p.net).count as usize])
            .collect();
        let memo = RefCell::new(vec![]);
        let mut naive = Naive {
            design,
            nodes: vec![],
            inputs,
            memo,
        };
        naive.enter(ModuleId(design.modules.len() as u32 - 1), None);
        naive.forget();
        naive
    }

    fn enter(&mut self, id: ModuleId, parent: Option<(usize, usize, usize)>) -> usize {
        let module = self.design.module(id);
        let zeros = |net: NetId| vec![0; module.ty(net).count as usize];
        let node = self.nodes.len();
        self.nodes.push(Node {
            module: id,
            parent,
            children: vec![],
            registers: module.registers.iter().map(|r| zeros(r.net)).collect(),
            memories: module
                .memories
                .iter()
                .map(|m| match m.image {
                    Some(image) => self.design.images[image.0 as usize].elements.clone(),
                    None => vec![0; (m.depth * m.word.count) as usize],
                })
                .collect(),
            reads: module
                .memories
                .iter()
                .map(|m| m.reads.iter().map(|r| zeros(r.data)).collect())
                .collect(),
        });
        for (place, instance) in module.instances.iter().enumerate() {
            let children = (0..instance.count as usize)
                .map(|k| self.enter(instance.module, Some((node, place, k))))
                .collect();
            self.nodes[node].children.push(children);
        }
        node
    }

    pub fn forget(&self) {
        let sizes = self
            .nodes
            .iter()
            .map(|n| self.design.module(n.module).nets.len());
        *self.memo.borrow_mut() = sizes.map(|size| vec![None; size]).collect();
    }

    pub fn value(&self, node: usize, net: NetId) -> Vec<i64> {
        if let Some(known) = &self.memo.borrow()[node][net.0 as usize] {
            return known.clone();
        }
        let value = self.compute(node, net);
        self.memo.borrow_mut()[node][net.0 as usize] = Some(value.clone());
        value
    }

    fn compute(&self, node: usize, net: NetId) -> Vec<i64> {
        let found = &self.nodes[node];
        let module = self.design.module(found.module);
        match &module.net(net).source {
            NetSource::Input => self.input(node, net),
            NetSource::Register(place) => found.registers[*place as usize].clone(),
            NetSource::Read(memory, port) => found.reads[*memory as usize][*port as usize].clone(),
            NetSource::Instance(instance, port) => {
                let of = self
                    .design
                    .module(module.instances[*instance as usize].module);
                let port = of.outputs[*port as usize].net;
                let children = &found.children[*instance as usize];
                children
                    .iter()
                    .flat_map(|&child| self.value(child, port))
                    .collect()
            }
            NetSource::Op(op) => {
                let values: Vec<(NetId, Vec<i64>)> = op
                    .operands()
                    .into_iter()
                    .map(|id| (id, self.value(node, id)))
                    .collect();
                let look = |id: NetId| {
                    let found = values.iter().find(|(known, _)| *known == id).unwrap();
                    Value {
                        ty: module.ty(id),
                        elements: &found.1,
                    }
                };
                op.eval(module.ty(net), &look).unwrap()
            }
        }
    }

    fn input(&self, node: usize, net: NetId) -> Vec<i64> {
        let module = self.design.module(self.nodes[node].module);
        let place = module
            .inputs
            .iter()
            .position(|port| port.net == net)
            .unwrap();
        let Some((parent, instance, k)) = self.nodes[node].parent else {
            return self.inputs[place].clone();
        };
        let instances = &self.design.module(self.nodes[parent].module).instances;
        match instances[instance].inputs[place] {
            Connection::Shared(of) => self.value(parent, of),
            Connection::Split(of) => {
                let count = module.ty(net).count as usize;
                self.value(parent, of)[k * count..][..count].to_vec()
            }
        }
    }

    /// The nodes under a scope path of instance places, instance-major.
    pub fn instances(&self, path: &[usize]) -> Vec<usize> {
        path.iter().fold(vec![0], |nodes, &place| {
            nodes
                .iter()
                .flat_map(|&node| self.nodes[node].children[place].clone())
                .collect()
        })
    }

    pub fn tick(&mut self, rst_n: bool) {
        let mut after = vec![];
        for (node, found) in self.nodes.iter().enumerate() {
            let module = self.design.module(found.module);
            let bit = |net: NetId| self.value(node, net)[0] != 0;
            let registers = module
                .registers
                .iter()
                .zip(&found.registers)
                .map(|(r, old)| {
                    if !rst_n {
                        match &r.reset {
                            Reset::All(value) => vec![*value; old.len()],
                            Reset::Elements(values) => values.clone(),
                        }
                    } else if r.enable.is_none_or(bit) {
                        self.value(node, r.next)
                    } else {
                        old.clone()
                    }
                });
            let mut memories = found.memories.clone();
            let mut reads = found.reads.clone();
            for (place, memory) in module.memories.iter().enumerate() {
                let count = memory.word.count as usize;
                for (port, read) in memory.reads.iter().enumerate() {
                    if read.enable.is_none_or(bit) {
                        let start = self.value(node, read.address)[0] as usize * count;
                        reads[place][port] = found.memories[place][start..start + count].to_vec();
                    }
                }
                if let Some(write) = memory.write.as_ref().filter(|write| bit(write.enable)) {
                    let start = self.value(node, write.address)[0] as usize * count;
                    let data = self.value(node, write.data);
                    memories[place][start..start + count].copy_from_slice(&data);
                }
            }
            after.push((registers.collect(), memories, reads));
        }
        for (node, (registers, memories, reads)) in self.nodes.iter_mut().zip(after) {
            (node.registers, node.memories, node.reads) = (registers, memories, reads);
        }
        self.forget();
    }
}
