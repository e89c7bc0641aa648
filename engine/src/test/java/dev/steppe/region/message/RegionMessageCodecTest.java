package dev.steppe.region.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.command.Command;
import dev.steppe.command.MalformedBytes;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.model.rollout.VerbOutcome;
import dev.steppe.region.message.RegionMessage.RequestId;
import dev.steppe.region.spi.RegionView;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class RegionMessageCodecTest {
    private static final JobKey APP = JobKey.of("app");
    private static final RequestId ID = new RequestId(7, 42);

    private final RegionMessageCodec codec = new RegionMessageCodec();

    @Test
    void readsWhatItWrote() throws MalformedBytes {
        for (RegionMessage message : messages()) {
            byte[] bytes = bytes(message);
            RegionMessage read = codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
            assertEquals(message, read);
            assertArrayEquals(bytes, bytes(read));
        }
    }

    @Test
    void refusesEveryMessageThatIsCutOffOrGoesOn() {
        for (RegionMessage message : messages()) {
            byte[] bytes = bytes(message);
            for (int length = 0; length < bytes.length; length++) {
                int cut = length;
                assertThrows(MalformedBytes.class, () -> codec.decode(new UnsafeBuffer(bytes), 0, cut));
            }
            byte[] longer = new byte[bytes.length + 1];
            System.arraycopy(bytes, 0, longer, 0, bytes.length);
            assertThrows(MalformedBytes.class, () -> codec.decode(new UnsafeBuffer(longer), 0, longer.length));
        }
    }

    /** Whatever bytes come: a message that is written again byte for byte, or a refusal. */
    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void readsNoBytesInTwoWays(@ForAll long seed) {
        Random random = new Random(seed);
        List<RegionMessage> messages = messages();
        byte[] bytes = bytes(messages.get(random.nextInt(messages.size())));
        for (int i = random.nextInt(3); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        try {
            RegionMessage read = codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
            assertArrayEquals(bytes, bytes(read));
        } catch (MalformedBytes refused) {
            assertEquals(false, refused.getMessage().isEmpty());
        }
    }

    @Test
    void refusesAnotherVersion() {
        byte[] bytes = bytes(messages().get(0));
        bytes[0] = 1;
        assertThrows(MalformedBytes.class, () -> codec.decode(new UnsafeBuffer(bytes), 0, bytes.length));
    }

    private byte[] bytes(RegionMessage message) {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        byte[] bytes = new byte[codec.encode(message, buffer, 3)];
        buffer.getBytes(3, bytes);
        return bytes;
    }

    private static List<RegionMessage> messages() {
        List<String> regions = List.of("tokyo", "são-paulo");
        RolloutMembership membership =
                new RolloutMembership("tokyo-1-1", "tokyo", regions, 2, OnFailure.FAIL_LOCAL, -5, 600_000, 99);
        Deployment deployment = new Deployment(
                1L << 40,
                APP,
                new Deployment.Version(3, 9),
                DeploymentStatus.FAILED,
                StatusReason.UNHEALTHY,
                "an allocation is unhealthy",
                List.of(new Deployment.GroupState("web", true, 600_000, 5, 3, 2, 1, 1)),
                membership,
                11,
                12);
        RegionView full = new RegionView("tokyo", 20, 1_000, APP, 4, 5, 19, -1, 77, true, regions, deployment);
        RegionView bare = new RegionView("tokyo", 20, 1_000, APP, -1, -1, 0, 0, 0, false, List.of(), null);
        Multiregion multiregion = new Multiregion(
                1, OnFailure.DEFAULT, List.of(new Multiregion.RegionSpec("tokyo", 1, List.of("dc1"), new TreeMap<>())));
        Job job = new Job(
                APP,
                "app",
                50,
                true,
                List.of("*"),
                List.of(),
                new TreeMap<>(),
                List.of(),
                multiregion,
                Opaque.of("{}"));
        return List.of(
                new RegionMessage.Look(ID, APP, "tokyo-1-1"),
                new RegionMessage.Ask(ID, new Command.StageJob(job, 4, 19, membership, 123)),
                new RegionMessage.Ask(
                        ID,
                        new Command.MoveRollout(RolloutVerb.FAIL, "tokyo-1-1", APP, 4, StatusReason.PEER, "amsterdam")),
                new RegionMessage.Seen(ID, full),
                new RegionMessage.Seen(ID, bare),
                new RegionMessage.Answered(ID, VerbOutcome.APPLIED, full, ""),
                new RegionMessage.Answered(ID, VerbOutcome.REFUSED, null, "no"),
                new RegionMessage.NotLeader(ID, -1),
                new RegionMessage.Hint(APP));
    }
}
