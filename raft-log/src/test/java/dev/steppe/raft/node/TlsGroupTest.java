package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import dev.steppe.transport.tls.CertificateMint;
import dev.steppe.transport.tls.CertificateMint.Minted;
import dev.steppe.transport.tls.TlsCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three servers that speak TLS, and go on while their authority is replaced under them. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsGroupTest {
    private static final int LENGTH = 256;

    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final Ledger ledger = new Ledger();
    private final BlockingQueue<LinkAudit.Refusal> refusals = new LinkedBlockingQueue<>();
    private final List<RaftNode<Long>> nodes = new ArrayList<>();
    private final List<TlsCredentials> credentials = new ArrayList<>();
    private final TcpLoops loops = new TcpLoops("raft-tls", SystemClocks.nano(), SeededEntropy.fromSystem(), halts);

    @TempDir
    private Path directory;

    @AfterEach
    void closeAll() {
        nodes.forEach(RaftNode::close);
        loops.close();
    }

    @Test
    void goesOnWhileItsAuthorityIsReplaced() throws Exception {
        Minted old = CertificateMint.authority("old");
        Minted fresh = CertificateMint.authority("fresh");
        List<Member> members = LoopbackMembers.draw(3);
        for (int id = 1; id <= 3; id++) {
            write(id, old, old);
            credentials.add(
                    TlsCredentials.open(CertificateMint.write(folder(id), mint(id, old), old), SystemClocks.epoch()));
            nodes.add(start(id, members));
        }
        apply(1_000);
        renew(old, old, fresh);
        apply(200);
        renew(fresh, old, fresh);
        apply(200);
        assertEquals(List.of(), List.copyOf(refusals), "nobody is refused on the way");
        renew(fresh, fresh);
        apply(1_000);
        assertEquals("", ledger.fault());
        assertEquals(List.of(), halts.halts());
    }

    private void renew(Minted signer, Minted... authorities) throws IOException, OperatingFault {
        for (int id = 1; id <= 3; id++) {
            write(id, signer, authorities);
            credentials.get(id - 1).reload();
        }
    }

    private void write(int id, Minted signer, Minted... authorities) throws IOException {
        CertificateMint.write(folder(id), mint(id, signer), authorities);
    }

    private static Minted mint(int id, Minted signer) {
        return CertificateMint.issue(signer, CertificateMint.request().uris("sched://prod/north/server/" + id));
    }

    private Path folder(int id) {
        return directory.resolve("tls-" + id);
    }

    private RaftNode<Long> start(int id, List<Member> members) throws OperatingFault {
        RaftConfig.Timing timing = new RaftConfig.Timing(50, 500, 1_000);
        RaftConfig config = new RaftConfig(99, "north", id, members, timing, RaftConfig.Limits.SMALL);
        TlsCredentials own = credentials.get(id - 1);
        NodeWorld world = new NodeWorld(
                SystemClocks.nano(),
                SeededEntropy.fromSystem(),
                halts,
                self -> new TcpTransport(loops, self, TcpConfig.defaults("raft"), own, refusals::add));
        CountingMachine machine = new CountingMachine();
        return RaftNode.open(config, directory.resolve("member-" + id), world, machine, machine)
                .start(ThreadLayout.SHARED, IdleChoice.BACK_OFF);
    }

    /** Has {@code count} more applied, whoever leads; what was lost on the way is offered anew. */
    private void apply(int count) {
        long target = ledger.count(Outcome.APPLIED) + count;
        while (ledger.count(Outcome.APPLIED) < target) {
            for (RaftNode<Long> node : nodes) {
                if (node.status().role() == RaftStatus.Role.LEADER && ledger.count(Outcome.WAITING) < 64) {
                    ledger.propose(node, LENGTH);
                }
            }
            Thread.onSpinWait();
        }
        assertTrue(halts.halts().isEmpty(), halts.halts().toString());
    }
}
