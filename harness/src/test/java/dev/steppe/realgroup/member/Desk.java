package dev.steppe.realgroup.member;

import dev.steppe.check.AppendListModel.Prefix;
import dev.steppe.raft.api.ChangeListener;
import dev.steppe.raft.api.MembershipChange;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.api.ReadListener;
import dev.steppe.raft.api.SessionListener;
import dev.steppe.raft.api.SessionOpening;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.raft.quorum.Membership;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a member's process is asked, and its answers. Each line begins with the number of the request, and so does its
 * answer. Words: {@code append KEY ID} and {@code write KEY VALUE}, with {@code SESSION SEQUENCE} behind them or not;
 * {@code list KEY}, {@code read KEY}, {@code open}, {@code transfer ID}, {@code learner ID}, {@code promote ID},
 * {@code demote ID}, {@code remove ID}, {@code status}, {@code ids}. Owned by the thread that hears; answers come from
 * the member's agents.
 */
final class Desk {
    private final RaftNode<Prefix> node;
    private final KeyedMachine machine;
    private final Flaw flaw;
    private final Consumer<String> said;

    Desk(RaftNode<Prefix> node, KeyedMachine machine, Flaw flaw, Consumer<String> said) {
        this.node = node;
        this.machine = machine;
        this.flaw = flaw;
        this.said = said;
    }

    void obey(String line) {
        String[] words = line.split(" ", -1);
        Reply reply = new Reply(words);
        switch (words[1]) {
            case "append", "write" -> propose(words, reply);
            case "list", "read" -> read(reply);
            case "open" -> reply.taken(node.openSession(reply));
            case "transfer" -> reply.taken(node.transferLeadership(Integer.parseInt(words[2]), reply));
            case "status" -> reply.say(status());
            case "ids" -> reply.say("ids" + machine.view().ids());
            default -> reply.taken(node.changeMembership(change(words), reply));
        }
    }

    private static MembershipChange change(String[] words) {
        int id = Integer.parseInt(words[2]);
        return switch (words[1]) {
            case "learner" -> new MembershipChange.AddLearner(new Membership.Server(id, 0, Detour.nameOf(id), 0));
            case "promote" -> new MembershipChange.Promote(id);
            case "demote" -> new MembershipChange.Demote(id);
            case "remove" -> new MembershipChange.Remove(id);
            default -> throw new IllegalArgumentException("no such word: " + words[1]);
        };
    }

    private void propose(String[] words, Reply reply) {
        UnsafeBuffer command = new UnsafeBuffer(new byte[KeyedMachine.COMMAND_BYTES]);
        KeyedMachine.encode(command, reply.isOfRegister(), Long.parseLong(words[2]), Long.parseLong(words[3]));
        boolean isOfSession = words.length > 4 && flaw != Flaw.FORGETS_SESSIONS;
        ProposeVerdict verdict = isOfSession
                ? node.propose(
                        Long.parseLong(words[4]), Long.parseLong(words[5]), command, 0, command.capacity(), reply)
                : node.propose(command, 0, command.capacity(), reply);
        if (verdict == ProposeVerdict.ACCEPTED && flaw == Flaw.ACKNOWLEDGES_BEFORE_COMMIT) {
            reply.say("applied");
        } else {
            reply.taken(verdict);
        }
    }

    private void read(Reply reply) {
        boolean isBlind = flaw == Flaw.READS_WITHOUT_ASKING_OTHERS
                || (flaw == Flaw.LEADER_READS_WITHOUT_ASKING_OTHERS
                        && node.status().role() == RaftStatus.Role.LEADER);
        if (isBlind) {
            reply.onReadable(0);
        } else {
            reply.taken(node.read(reply));
        }
    }

    /**
     * Role, term, leader, applied index, last index, state hash, restored snapshots, voters, learners, is it settled.
     */
    private String status() {
        RaftStatus status = node.status();
        RaftStatus.Indexes indexes = status.indexes();
        Membership membership = status.group().membership();
        boolean isSettled = indexes.commitIndex() >= status.group().membershipIndex();
        boolean isPinned = membership.servers().stream().allMatch(server -> server.directoryId() != 0);
        return "status " + status.role() + " " + status.term() + " " + status.leaderId() + " " + indexes.appliedIndex()
                + " " + indexes.lastIndex() + " " + status.stateHash() + " "
                + machine.view().restoreCount() + " "
                + idsOf(membership.voters()) + " "
                + idsOf(membership.learners()) + " " + isSettled + " " + isPinned;
    }

    private static String idsOf(List<Membership.Server> servers) {
        return servers.isEmpty()
                ? "-"
                : servers.stream()
                        .map(server -> Integer.toString(server.memberId()))
                        .collect(Collectors.joining(","));
    }

    /** Hears what became of one request, and says it. */
    private final class Reply implements SessionListener<Prefix>, SessionOpening, ChangeListener, ReadListener {
        private final String request;
        private final String word;
        private final long key;

        Reply(String[] words) {
            request = words[0];
            word = words[1];
            key = words.length > 2 ? Long.parseLong(words[2]) : 0;
        }

        boolean isOfRegister() {
            return word.equals("write") || word.equals("read");
        }

        void say(String answer) {
            said.accept(request + " " + answer);
        }

        void taken(ProposeVerdict verdict) {
            if (verdict != ProposeVerdict.ACCEPTED) {
                say("refused " + node.status().leaderId() + " " + verdict);
            }
        }

        @Override
        public void onApplied(long index, long term, Prefix result) {
            if (flaw != Flaw.ACKNOWLEDGES_BEFORE_COMMIT) {
                say(isOfRegister() ? "applied" : "applied " + result.entryCount() + " " + result.hash());
            }
        }

        @Override
        public void onReadable(long appliedIndex) {
            Prefix list = machine.list();
            say(isOfRegister() ? "value " + machine.register(key) : "list " + list.entryCount() + " " + list.hash());
        }

        @Override
        public void onDuplicate(long originalIndex) {
            say("duplicate " + originalIndex);
        }

        @Override
        public void onExpired() {
            say("expired");
        }

        @Override
        public void onOpened(long sessionId) {
            say("opened " + sessionId);
        }

        @Override
        public void onDone() {
            say("done");
        }

        @Override
        public void onRefused(String reason) {
            say("refused -1 " + reason);
        }

        @Override
        public void onLost(String reason) {
            say("lost");
        }

        @Override
        public void onUnknown(String reason) {
            say("unknown");
        }
    }
}
