package dev.steppe.sim.raft;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AtlasTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private final RaftWorld world = QuorumDamageTest.worldUnderLoad(3, 1);
    private final SimMember member = world.member(1);

    private boolean isQuarantined() {
        return member.node().inspection().core().isQuarantined();
    }

    private void awaitRefill() {
        world.run(world.nowNs() + PATIENCE_NS, () -> !isQuarantined());
        assertFalse(isQuarantined(), "nobody refills it");
    }

    @Test
    void countsOnAMemberAgainOnceItIsRefilled() {
        assertTrue(world.atlas.isSound(1));
        QuorumDamageTest.damage(world, member);
        assertFalse(world.atlas.isSound(1));
        assertFalse(world.atlas.mayDamage(world.member(2)));
        awaitRefill();
        assertTrue(world.atlas.isSound(1));
    }

    /** What befell it since it was opened is not mended by the quarantine that it was opened in. */
    @Test
    void countsOnNoMemberThatRotsWhileItIsRefilled() {
        QuorumDamageTest.damage(world, member);
        world.checker.tainted(1);
        awaitRefill();
        assertFalse(world.atlas.isSound(1));
        for (int seed = 0; seed < 20; seed++) {
            List<SimMember> core = new LivenessPhase(world, new Clients(world)).drawCore();
            assertTrue(core.contains(world.member(2)) && core.contains(world.member(3)), "no majority that can work");
        }
        QuorumDamageTest.damage(world, member);
        awaitRefill();
        assertTrue(world.atlas.isSound(1));
    }

    /** Only a loss of power shows what the disk has dropped; the end of a process does not. */
    @Test
    void countsOnNoMemberWhoseDiskHasLiedBeforeItLostPower() {
        member.hasLied = true;
        QuorumDamageTest.damage(world, member);
        awaitRefill();
        assertFalse(world.atlas.isSound(1));
        world.losePower(member, world.drawFate());
        QuorumDamageTest.damage(world, member);
        awaitRefill();
        assertTrue(world.atlas.isSound(1));
    }
}
