/**
 * SHELL: jobs as documents. What does a job in Nomad's JSON shape ask for, and how is a job shown in that shape?
 *
 * <p>In come the bytes of a document ({@link dev.steppe.agent.json.JobDocumentReader}) or a job
 * ({@link dev.steppe.agent.json.JobDocumentWriter}); out goes the other, or sentences that name a field and a line.
 * Members that Steppe does not read travel with the job and come back. Nothing here has state. Not here: requests and
 * answers around a job ({@code agent.http}), the rules that every job obeys ({@code JobRules}), HCL.
 */
@NullMarked
package dev.steppe.agent.json;

import org.jspecify.annotations.NullMarked;
