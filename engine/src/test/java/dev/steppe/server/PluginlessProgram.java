package dev.steppe.server;

import dev.steppe.api.Engine;
import dev.steppe.api.EngineAnswer;
import dev.steppe.api.EngineConfig;
import dev.steppe.model.job.JobKey;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Submits a job of two regions and answers the sentence of its refusal; run by {@link PluginOffTest} in a loader. */
final class PluginlessProgram implements Callable<String> {
    private final Path directory;

    PluginlessProgram(Path directory) {
        this.directory = directory;
    }

    @Override
    public String call() throws Exception {
        JobKey key = JobKey.of("two");
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            EngineAnswer answer = engine.submit(ServerFixture.twoRegionJob(key)).join();
            if (answer instanceof EngineAnswer.Refused refused
                    && engine.view().job(key).isEmpty()) {
                return refused.sentence();
            }
            return "not refused: " + answer;
        }
    }
}
