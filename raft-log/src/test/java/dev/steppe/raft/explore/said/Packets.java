package dev.steppe.raft.explore.said;

import dev.steppe.raft.core.RaftOutput.Outgoing;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.alike.Renaming;
import dev.steppe.raft.explore.alike.StateVector;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All messages that occur, each with a number; two that say the same to the same member are one. */
public final class Packets {
    private static final Set<String> NUMBERS = Set.of("entryCount", "entryBytes", "chunkBytes");
    private static final Set<String> LEFT_OUT =
            Set.of("entryBytes", "sender", "fromMember", "directoryId", "incarnation", "term");

    private final List<Packet> packets = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<Class<?>, List<Field>> fields = new HashMap<>();
    private final List<Renaming> renamings;
    private final LogTree logs;

    /** Messages about these logs, between members that may be renamed so. */
    public Packets(List<Renaming> renamings, LogTree logs) {
        this.renamings = renamings;
        this.logs = logs;
    }

    /** The message with this number. */
    public Packet get(int number) {
        return packets.get(number);
    }

    /** How many there are. */
    public int count() {
        return packets.size();
    }

    /** The number of what a member wishes to say, whose log is {@code log} and who was asked for a vote or not. */
    public int numberOf(Outgoing outgoing, int log, List<Integer> snapshots, boolean asksForVote) {
        RaftMessage message = copy(outgoing.message());
        List<Long> run = new ArrayList<>();
        StringBuilder runText = new StringBuilder();
        if (message instanceof AppendAsk ask && ask.entryCount() > 0) {
            for (int i = 0; i < ask.entryCount(); i++) {
                int entry = logs.prefix(log, ask.prevIndex() + 1 + i);
                if (logs.lastTerm(entry) != ask.entryTerm()) {
                    throw new IllegalStateException("a run holds one term: " + ask + " of " + logs.text(log));
                }
                run.add((long) logs.lastKind(entry));
                run.add(logs.lastValue(entry));
                runText.append(i == 0 ? " run=" : ",").append(logs.lastText(entry));
            }
            ask.entries(ask.entryTerm(), ask.entryCount(), ask.entryCount() * LogTree.ENTRY_BYTES);
        }
        int snapshot = message instanceof SnapshotAsk ask ? snapshotOf(ask, snapshots) : -1;
        boolean isVote = asksForVote && message instanceof VoteReply reply && reply.granted();
        String text = message.fromMember() + ">" + outgoing.toMember() + " " + textOf(message) + runText
                + (snapshot >= 0 ? " snapshot=" + logs.text(snapshot).replace(' ', ',') : "")
                + (isVote ? " vote" : "");
        Integer known = numbers.get(text);
        return known != null
                ? known
                : put(new Packet(outgoing.toMember(), message, List.copyOf(run), snapshot, isVote, text, null));
    }

    private int snapshotOf(SnapshotAsk ask, List<Integer> snapshots) {
        for (int snapshot : snapshots) {
            if (logs.lastIndex(snapshot) == ask.snapshotIndex() && logs.lastTerm(snapshot) == ask.snapshotTerm()) {
                return snapshot;
            }
        }
        throw new RuleBroken("R12 a snapshot is offered that is not here: " + ask);
    }

    private int put(Packet packet) {
        RaftMessage message = packet.message();
        StateVector vector = new StateVector(renamings);
        vector.name(packet.toMember()).plain(packet.isVote() ? 1 : 0);
        vector.plain(message.getClass().getSimpleName().hashCode()).name(message.fromMember());
        Groups.writeDirectory(message.directoryId(), vector);
        vector.plain(message.incarnation()).plain(message.term());
        for (Field field : fieldsOf(message)) {
            if (field.getName().equals("askDirectoryId")) {
                Groups.writeDirectory(valueOf(field, message), vector);
            } else {
                vector.plain(valueOf(field, message));
            }
        }
        for (int i = 0; i < packet.run().size(); i += 2) {
            vector.plain(packet.run().get(i));
            if (packet.run().get(i) == LogTree.MEMBERSHIP) {
                Groups.write(packet.run().get(i + 1).intValue(), vector);
            } else {
                vector.plain(packet.run().get(i + 1));
            }
        }
        if (packet.snapshot() >= 0) {
            vector.part(logs.fingerprint(packet.snapshot()));
        }
        packets.add(packet.with(vector.fingerprint()));
        numbers.put(packet.text(), packets.size() - 1);
        return packets.size() - 1;
    }

    private static RaftMessage copy(RaftMessage message) {
        if (message instanceof AppendAsk ask) {
            return new AppendAsk().set(ask);
        }
        return message instanceof AppendReply reply ? new AppendReply().set(reply) : message;
    }

    private String textOf(RaftMessage message) {
        StringBuilder text = new StringBuilder(message.getClass().getSimpleName());
        text.append(message.directoryId() > Groups.SECOND ? " second" : "");
        text.append(" life=" + message.incarnation() + " term=" + message.term());
        for (Field field : fieldsOf(message)) {
            long value = valueOf(field, message);
            if (value != 0) {
                text.append(' ').append(field.getName());
                text.append(field.getType() == boolean.class ? "" : "=" + value);
            }
        }
        return text.toString();
    }

    private List<Field> fieldsOf(RaftMessage message) {
        return fields.computeIfAbsent(message.getClass(), type -> {
            List<Field> found = new ArrayList<>();
            for (Field field : type.getDeclaredFields()) {
                boolean isCounted = !Modifier.isStatic(field.getModifiers()) && !LEFT_OUT.contains(field.getName());
                if (isCounted) {
                    check(field);
                    field.setAccessible(true);
                    found.add(field);
                }
            }
            return found;
        });
    }

    private static void check(Field field) {
        boolean isKnown =
                field.getType() == long.class || field.getType() == boolean.class || NUMBERS.contains(field.getName());
        if (!isKnown) {
            throw new IllegalStateException(field + " is new: decide in Packets how a search should compare it");
        }
    }

    private static long valueOf(Field field, RaftMessage message) {
        try {
            if (field.getType() == boolean.class) {
                return field.getBoolean(message) ? 1 : 0;
            }
            return field.getType() == int.class ? field.getInt(message) : field.getLong(message);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
