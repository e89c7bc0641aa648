package dev.steppe.agent.json;

import dev.steppe.model.job.Job;
import java.util.List;

/** What became of a job document. */
public sealed interface JobReading {
    /** A job that {@code JobRules} accepts. */
    record Accepted(Job job) implements JobReading {}

    /** Nothing was taken; at least one problem, in the order of the document. */
    record Refused(List<DocumentProblem> problems) implements JobReading {
        /** Takes an ordered copy. */
        public Refused {
            problems = List.copyOf(problems);
        }

        /** The sentences alone. */
        public List<String> sentences() {
            return problems.stream().map(DocumentProblem::sentence).toList();
        }
    }
}
