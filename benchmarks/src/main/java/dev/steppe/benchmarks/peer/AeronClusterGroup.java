package dev.steppe.benchmarks.peer;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.raft.GroupUnderLoad;
import dev.steppe.cluster.LoopbackPorts;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.Header;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;

/**
 * Aeron Cluster: members over UDP on loopback, the client over shared memory at the leader, which is appointed. Forced:
 * file sync level 1 of archive and consensus module, so that a position counts once its bytes are forced. The service
 * answers each command with its sequence number.
 */
final class AeronClusterGroup implements GroupUnderLoad {
    private static final int PORTS_PER_MEMBER = 5;
    private static final int LEADER = 0;
    /** Nothing times out: a group may be stopped while others are measured. */
    private static final long PATIENCE_NS = TimeUnit.HOURS.toNanos(1);

    private static final long KEEP_ALIVE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final String LOG_CHANNEL =
            "aeron:udp?term-length=64m|rcv-wnd=2m|so-rcvbuf=2m|so-sndbuf=2m|alias=log";

    private final List<AutoCloseable> parts = new ArrayList<>();
    private final AeronCluster client;
    private final String description;
    private final List<Integer> ports;
    private long keptAliveNs = System.nanoTime();

    /** How a group is set up. */
    record Setup(Path directory, int memberCount, boolean isForced, boolean yields) {}

    /** Answers with the sequence number of each command. */
    private static final class Echo implements ClusteredService {
        private final UnsafeBuffer answer = new UnsafeBuffer(new byte[Long.BYTES]);
        private IdleStrategy idle = new YieldingIdleStrategy();

        @Override
        public void onStart(Cluster cluster, Image snapshotImage) {
            idle = cluster.idleStrategy();
        }

        @Override
        public void onSessionMessage(
                ClientSession session, long timestamp, DirectBuffer buffer, int offset, int length, Header header) {
            answer.putLong(0, buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN), ByteOrder.LITTLE_ENDIAN);
            while (session.offer(answer, 0, Long.BYTES) < 0) {
                idle.idle();
            }
        }

        @Override
        public void onSessionOpen(ClientSession session, long timestamp) {
            // One client, known beforehand.
        }

        @Override
        public void onSessionClose(ClientSession session, long timestamp, CloseReason closeReason) {
            // The run is over.
        }

        @Override
        public void onTimerEvent(long correlationId, long timestamp) {
            // No timers.
        }

        @Override
        public void onTakeSnapshot(ExclusivePublication snapshotPublication) {
            // Nothing to keep.
        }

        @Override
        public void onRoleChange(Cluster.Role newRole) {
            // The leader is appointed.
        }

        @Override
        public void onTerminate(Cluster cluster) {
            // The run is over.
        }
    }

    AeronClusterGroup(Setup setup, Acks acks) throws IOException, OperatingFault {
        ports = LoopbackPorts.draw(setup.memberCount() * PORTS_PER_MEMBER);
        String members = members(setup.memberCount());
        Supplier<IdleStrategy> idle =
                setup.yields() ? YieldingIdleStrategy::new : () -> new BackoffIdleStrategy(10, 5, 1_000, 1_000_000);
        for (int id = 0; id < setup.memberCount(); id++) {
            openMember(id, members, setup, idle);
        }
        client = AeronCluster.connect(new AeronCluster.Context()
                .aeronDirectoryName(driverDirectory(setup, LEADER))
                .ingressChannel("aeron:ipc?term-length=64m")
                .egressChannel("aeron:ipc?term-length=64m")
                .idleStrategy(new YieldingIdleStrategy())
                .messageTimeoutNs(TimeUnit.SECONDS.toNanos(30))
                .egressListener((session, timestamp, buffer, offset, length, header) ->
                        acks.acknowledged(buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN))));
        description = "aeron cluster, " + setup.memberCount() + " members, "
                + (setup.isForced() ? "FORCED" : "UNFORCED") + ", client over IPC, members over UDP, "
                + (setup.yields() ? "YIELD" : "BACK_OFF");
    }

    @Override
    public boolean offer(DirectBuffer buffer, int offset, int lengthBytes) {
        return client.offer(buffer, offset, lengthBytes) > 0;
    }

    @Override
    public int poll() {
        long nowNs = System.nanoTime();
        if (nowNs - keptAliveNs > KEEP_ALIVE_NS) {
            keptAliveNs = nowNs;
            client.sendKeepAlive();
        }
        return client.pollEgress();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void close() {
        CloseHelper.quietClose(client);
        for (int i = parts.size() - 1; i >= 0; i--) {
            CloseHelper.quietClose(parts.get(i));
        }
    }

    private void openMember(int id, String members, Setup setup, Supplier<IdleStrategy> idle) {
        Path home = setup.directory().resolve("member-" + id);
        String driverDirectory = driverDirectory(setup, id);
        int syncLevel = setup.isForced() ? 1 : 0;
        AeronArchive.Context archiveClient = new AeronArchive.Context()
                .aeronDirectoryName(driverDirectory)
                .controlRequestChannel("aeron:ipc?term-length=64k")
                .controlResponseChannel("aeron:ipc?term-length=64k");
        MediaDriver.Context driver = new MediaDriver.Context()
                .aeronDirectoryName(driverDirectory)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(idle.get())
                .termBufferSparseFile(false)
                .clientLivenessTimeoutNs(PATIENCE_NS)
                .imageLivenessTimeoutNs(PATIENCE_NS)
                .publicationUnblockTimeoutNs(2 * PATIENCE_NS)
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true);
        Archive.Context archive = new Archive.Context()
                .aeronDirectoryName(driverDirectory)
                .archiveDir(home.resolve("archive").toFile())
                .controlChannel("aeron:udp?endpoint=" + endpoint(id, 0))
                .localControlChannel("aeron:ipc?term-length=64k")
                .replicationChannel("aeron:udp?endpoint=127.0.0.1:0")
                .recordingEventsEnabled(false)
                .threadingMode(ArchiveThreadingMode.SHARED)
                .idleStrategySupplier(idle)
                .fileSyncLevel(syncLevel)
                .catalogFileSyncLevel(syncLevel);
        ConsensusModule.Context consensus = new ConsensusModule.Context()
                .aeronDirectoryName(driverDirectory)
                .clusterMemberId(id)
                .clusterMembers(members)
                .appointedLeaderId(LEADER)
                .clusterDir(home.resolve("cluster").toFile())
                .archiveContext(archiveClient.clone())
                .ingressChannel("aeron:udp?term-length=64k")
                .isIpcIngressAllowed(true)
                .logChannel(LOG_CHANNEL)
                .replicationChannel("aeron:udp?endpoint=127.0.0.1:0")
                .sessionTimeoutNs(PATIENCE_NS)
                .leaderHeartbeatTimeoutNs(PATIENCE_NS)
                .startupCanvassTimeoutNs(2 * PATIENCE_NS)
                .idleStrategySupplier(idle)
                .fileSyncLevel(syncLevel);
        parts.add(ClusteredMediaDriver.launch(driver, archive, consensus));
        parts.add(ClusteredServiceContainer.launch(new ClusteredServiceContainer.Context()
                .aeronDirectoryName(driverDirectory)
                .clusterDir(home.resolve("cluster").toFile())
                .archiveContext(archiveClient.clone())
                .idleStrategySupplier(idle)
                .clusteredService(new Echo())));
    }

    private static String driverDirectory(Setup setup, int id) {
        return Path.of("/dev/shm")
                .resolve("aeron-" + setup.directory().getFileName() + "-" + id)
                .toString();
    }

    private String members(int memberCount) {
        StringBuilder members = new StringBuilder();
        for (int id = 0; id < memberCount; id++) {
            members.append(id);
            for (int part = 1; part <= 4; part++) {
                members.append(',').append(endpoint(id, part));
            }
            members.append(',').append(endpoint(id, 0)).append('|');
        }
        return members.toString();
    }

    private String endpoint(int id, int part) {
        return "127.0.0.1:" + ports.get(id * PORTS_PER_MEMBER + part);
    }
}
