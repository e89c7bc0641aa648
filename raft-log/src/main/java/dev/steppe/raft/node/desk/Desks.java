package dev.steppe.raft.node.desk;

/** Where the proposals and the reads of any thread come in. */
public record Desks<R>(ProposalDesk<R> proposals, ReadDesk reads) {}
