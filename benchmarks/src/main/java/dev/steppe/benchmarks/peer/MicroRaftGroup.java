package dev.steppe.benchmarks.peer;

import dev.steppe.benchmarks.raft.GroupUnderLoad;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStoreSerializer;
import io.microraft.statemachine.StateMachine;
import io.microraft.store.sqlite.RaftSqliteStore;
import io.microraft.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * MicroRaft with its store in SQLite, forced as that is by default. It has no network of its own: members call each
 * other, so its figures are better than any that could be had over sockets.
 */
final class MicroRaftGroup implements GroupUnderLoad {
    private static final long ELECTION_MAX_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int PENDING_MAX_COUNT = 1 << 13;

    private final Map<Integer, RaftNode> nodes = new TreeMap<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Acks acks;
    private final RaftNode leader;

    private record Endpoint(Integer getId) implements RaftEndpoint {}

    /** Does nothing. */
    private static final class Silent implements StateMachine {
        @Override
        public @Nullable Object runOperation(long commitIndex, @Nullable Object operation) {
            return null;
        }

        @Override
        public void takeSnapshot(long commitIndex, Consumer<Object> chunks) {
            chunks.accept(new byte[0]);
        }

        @Override
        public void installSnapshot(long commitIndex, List<Object> chunks) {
            // There is no state.
        }

        @Override
        public Object getNewTermOperation() {
            return new byte[0];
        }
    }

    /** Writes what the store keeps; a group under load never reads it again. */
    private static final class WriteOnly implements RaftStoreSerializer {
        private record Writer<T>(Function<T, byte[]> bytes) implements Serializer<T> {
            @Override
            public byte[] serialize(T value) {
                return bytes.apply(value);
            }

            @Override
            public T deserialize(byte[] stored) {
                throw new UnsupportedOperationException("nothing is restored under load");
            }
        }

        private static <T> Serializer<T> asText() {
            return new Writer<>(value -> value.toString().getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Serializer<LogEntry> logEntrySerializer() {
            return new Writer<>(entry -> {
                byte[] operation = entry.getOperation() instanceof byte[] bytes ? bytes : new byte[0];
                return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + operation.length)
                        .putLong(entry.getIndex())
                        .putInt(entry.getTerm())
                        .put(operation)
                        .array();
            });
        }

        @Override
        public Serializer<RaftGroupMembersView> raftGroupMembersViewSerializer() {
            return asText();
        }

        @Override
        public Serializer<RaftEndpoint> raftEndpointSerializer() {
            return asText();
        }

        @Override
        public Serializer<SnapshotChunk> snapshotChunkSerializer() {
            return asText();
        }

        @Override
        public Serializer<RaftEndpointPersistentState> raftEndpointPersistentStateSerializer() {
            return asText();
        }

        @Override
        public Serializer<RaftTermPersistentState> raftTermPersistentState() {
            return asText();
        }
    }

    MicroRaftGroup(Path directory, int memberCount, Acks acks) throws IOException {
        this.acks = acks;
        List<RaftEndpoint> members = new ArrayList<>();
        for (int id = 1; id <= memberCount; id++) {
            members.add(new Endpoint(id));
        }
        Transport transport = new Transport() {
            @Override
            public void send(RaftEndpoint target, RaftMessage message) {
                RaftNode node = nodes.get(target.getId());
                if (node != null) {
                    node.handle(message);
                }
            }

            @Override
            public boolean isReachable(RaftEndpoint endpoint) {
                return nodes.containsKey(endpoint.getId());
            }
        };
        for (RaftEndpoint member : members) {
            Path home = Files.createDirectories(directory.resolve("member-" + member.getId()));
            nodes.put(
                    (Integer) member.getId(),
                    RaftNode.newBuilder()
                            .setGroupId("bench")
                            .setLocalEndpoint(member)
                            .setInitialGroupMembers(members)
                            .setConfig(RaftConfig.newBuilder()
                                    .setMaxPendingLogEntryCount(PENDING_MAX_COUNT)
                                    .build())
                            .setTransport(transport)
                            .setStateMachine(new Silent())
                            .setStore(RaftSqliteStore.create(
                                    home.resolve("raft.db").toFile(), new DefaultRaftModelFactory(), new WriteOnly()))
                            .build());
        }
        for (RaftNode node : nodes.values()) {
            node.start().join();
        }
        leader = awaitLeader();
    }

    @Override
    public boolean offer(DirectBuffer buffer, int offset, int lengthBytes) {
        long sequence = buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        byte[] operation = new byte[lengthBytes];
        buffer.getBytes(offset, operation);
        CompletableFuture<Void> told = leader.replicate(operation).handle((result, fault) -> {
            if (fault == null) {
                acks.acknowledged(sequence);
            } else {
                failure.compareAndSet(null, fault);
            }
            return null;
        });
        return !told.isCompletedExceptionally();
    }

    @Override
    public int poll() {
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a command was refused", failed);
        }
        return 0;
    }

    @Override
    public String description() {
        return "microraft, " + nodes.size() + " members, FORCED, SQLite, no network";
    }

    @Override
    public void close() {
        nodes.values().forEach(node -> node.terminate().join());
    }

    private RaftNode awaitLeader() {
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < ELECTION_MAX_NS) {
            for (RaftNode node : nodes.values()) {
                if (node.getLocalEndpoint().equals(node.getTerm().getLeaderEndpoint())) {
                    return node;
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        throw new IllegalStateException("no member leads");
    }
}
