package dev.steppe.raft.explore.said;

import dev.steppe.raft.explore.alike.Fingerprint;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import java.util.List;

/**
 * A message on its way, with the entries that it carries.
 *
 * @param run entries as they follow each other: kind, value, kind, value
 * @param snapshot the log that is handed over as a snapshot, -1 if none is
 * @param isVote whether it gives the one vote of a term, and is not the answer to a question before it
 * @param text for a script; two different messages to one member have different texts
 */
public record Packet(
        int toMember,
        RaftMessage message,
        List<Long> run,
        int snapshot,
        boolean isVote,
        String text,
        Fingerprint fingerprint) {
    /** Who sent it. */
    public int fromMember() {
        return message.fromMember();
    }

    Packet with(Fingerprint newFingerprint) {
        return new Packet(toMember, message, run, snapshot, isVote, text, newFingerprint);
    }

    /** Term in which the vote is given. */
    public long voteTerm() {
        return ((VoteReply) message).term();
    }
}
