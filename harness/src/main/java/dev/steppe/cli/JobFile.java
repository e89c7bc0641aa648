package dev.steppe.cli;

import dev.steppe.agent.json.JobDocumentReader;
import dev.steppe.agent.json.JobReading;
import dev.steppe.base.OperatingFault;
import dev.steppe.model.job.Job;

/** A job file named on the command line. */
final class JobFile {
    private JobFile() {}

    /**
     * The job in {@code document}; a fault has one sentence for each problem, each naming {@code where} and the field.
     */
    static Job read(String where, byte[] document) throws OperatingFault {
        JobReading reading = JobDocumentReader.read(document);
        if (reading instanceof JobReading.Accepted accepted) {
            return accepted.job();
        }
        StringBuilder sentences = new StringBuilder();
        for (String sentence : ((JobReading.Refused) reading).sentences()) {
            sentences
                    .append(sentences.isEmpty() ? "" : System.lineSeparator())
                    .append(where)
                    .append(": ")
                    .append(sentence);
        }
        throw new OperatingFault(sentences.toString());
    }
}
