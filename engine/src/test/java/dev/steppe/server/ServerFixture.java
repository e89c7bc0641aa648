package dev.steppe.server;

import dev.steppe.api.Engine;
import dev.steppe.api.EngineAnswer;
import dev.steppe.api.Placements;
import dev.steppe.base.OperatingFault;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.Node;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Small worlds for the tests of this room. */
public final class ServerFixture {
    private ServerFixture() {}

    /** A server that is alone in its region. */
    public static RegionServer server(Path directory, ThreadLayout layout, ServerWorld world) throws OperatingFault {
        return server(directory, layout, world, 1, 0);
    }

    /** The same with so many planners, and machines that are heard of every {@code heartbeatMs}. */
    public static RegionServer server(
            Path directory, ThreadLayout layout, ServerWorld world, int planners, long heartbeatMs)
            throws OperatingFault {
        RaftConfig raft = new RaftConfig(
                1,
                "local",
                1,
                List.of(new Member(1, "localhost", 0)),
                RaftConfig.Timing.DEFAULT,
                RaftConfig.Limits.SMALL);
        ServerConfig.Work work = new ServerConfig.Work(layout, IdleChoice.BACK_OFF, planners, heartbeatMs);
        return RegionServer.open(
                new ServerConfig(raft, directory, ServerConfig.Lanes.NONE, work, new TreeMap<>()), world);
    }

    public static Node node(String id) {
        return Node.of(id, "dc1", new Resources(4_000, 8_192, 100_000));
    }

    public static Job job(JobKey key, int count) {
        return Job.of(key.id(), TaskGroup.of("web", count, Task.of("server", "docker", 500, 256)));
    }

    public static Job twoRegionJob(JobKey key) {
        return job(key, 2)
                .withMultiregion(new Multiregion(
                        1,
                        OnFailure.DEFAULT,
                        List.of(
                                new Multiregion.RegionSpec("local", 1, List.of(), new TreeMap<>()),
                                new Multiregion.RegionSpec("other", 1, List.of(), new TreeMap<>()))));
    }

    public static Placements placeThree(Engine engine, JobKey key) {
        engine.register(node("n1")).join();
        engine.register(node("n2")).join();
        engine.submit(job(key, 3)).join();
        return engine.settled(key).join();
    }

    /** Reads linearizably by writing: a registration is applied after everything that was there before. */
    public static void awaitIndex(Engine engine, long leastIndex) {
        EngineAnswer answer = engine.register(node("n1")).join();
        if (!(answer instanceof EngineAnswer.Accepted accepted) || accepted.index() < leastIndex) {
            throw new AssertionError("not reached " + leastIndex + ": " + answer);
        }
    }

    /** Drives an invoked engine until {@code future} is done. */
    public static <T> T drive(Engine engine, CompletableFuture<T> future) {
        for (int round = 0; !future.isDone(); round++) {
            engine.doWork();
            if (round > 50_000_000) {
                throw new AssertionError("not done after " + round + " rounds");
            }
        }
        return future.join();
    }
}
