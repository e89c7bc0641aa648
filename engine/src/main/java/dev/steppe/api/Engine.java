package dev.steppe.api;

import dev.steppe.base.OperatingFault;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.node.Node;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;

/**
 * A scheduler with one voter, durable in its directory. Methods may be called from any thread and do not block; in the
 * layout {@link EngineThreads#INVOKED} nothing happens but in {@link #doWork()}, which one thread calls. Futures are
 * completed on a thread of the engine, or on the one that closes it: dependents that block, and {@link #close()} is
 * one, belong on an executor of their own.
 */
public interface Engine extends AutoCloseable {
    /** Opens or recovers an engine in {@code config.directory()}; refuses a directory that another engine holds. */
    static Engine open(EngineConfig config) throws OperatingFault {
        EngineProvider provider = ServiceLoader.load(EngineProvider.class, Engine.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new OperatingFault(
                        "no engine implementation is on the class path: add the jar of the module engine"));
        return provider.open(config);
    }

    /** Registers a machine, or changes what it offers. */
    CompletableFuture<EngineAnswer> register(Node node);

    /** The machine is heard of. Without effect if {@link EngineConfig#heartbeatMs()} is 0. */
    EngineAnswer heartbeat(String nodeId);

    /** The machine is gone: its allocations are lost and placed elsewhere. */
    CompletableFuture<EngineAnswer> down(String nodeId);

    /**
     * Submits a job; a multi-region one goes to the rollout watcher, and is refused with a sentence if none is on the
     * class path.
     */
    CompletableFuture<EngineAnswer> submit(Job job);

    /** Nothing of the job is wanted any more. */
    CompletableFuture<EngineAnswer> stop(JobKey job);

    /** What runs on a node, in the words of its client. */
    CompletableFuture<EngineAnswer> report(String nodeId, List<AllocationReport> reports);

    /**
     * Where the job runs, once every evaluation of it that existed at the call has been answered; after opening, once
     * everything has been recovered. Completes exceptionally with {@code CancellationException} if the engine closes
     * first, or has no room for the question.
     */
    CompletableFuture<Placements> settled(JobKey job);

    /**
     * The newest published state. Empty at first after opening: any answer, or {@link #settled}, waits for the rest.
     */
    EngineView view();

    /** One round of work; how much was done. Only for {@link EngineThreads#INVOKED}, always from the same thread. */
    int doWork();

    /**
     * Ends every thread of the engine, completes every future and releases the directory. Idempotent. Refused with
     * {@code IllegalStateException} on a thread of the engine, which cannot wait for its own end.
     */
    @Override
    void close();
}
