package io.rebalancer.core.audit;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.json.CanonicalJson;
import io.rebalancer.core.json.InvalidJson;
import io.rebalancer.core.json.JsonMembers;
import io.rebalancer.core.json.JsonParser;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.ToLongFunction;

/**
 * What the system decided by its rules about a whole job, a storage node, or the copies of an assignment. Each decision is an
 * event of a job or of the registry of jobs. What became of a single object is no entry: the job's events have it.
 *
 * @param action a stable word, such as {@code job.end}
 * @param subject the id of the job, or the storage node
 * @param parameters by name; {@code at} is when the decision was stored, because its entry follows later
 */
public record SystemDecision(String action, String subject, Map<String, String> parameters) {
    private static final String ACTION = "action";
    private static final String SUBJECT = "subject";
    private static final String PARAMETERS = "parameters";
    private static final String JOB = "job";

    public SystemDecision {
        parameters = Map.copyOf(parameters);
    }

    /**
     * The decision that an event of a job states.
     *
     * @param ended the assignment that the event ends
     * @param storedAt when the event was stored
     */
    public static Optional<SystemDecision> of(
            UUID jobId, JobEvent event, Optional<Assignment> ended, Instant storedAt) {
        return lifecycle(event)
                .or(() -> wait(event))
                .map(step -> step.on(jobId.toString(), storedAt))
                .or(() -> ended.flatMap(assignment -> discard(event, assignment)
                        .map(step -> step.with(JOB, jobId)
                                .on(assignment.destination().storageNode().toString(), storedAt))));
    }

    /** The copies of a new job's storage node may be moved, so it receives none from now on. */
    public static SystemDecision of(RegistryEvent.JobRegistered event, Instant storedAt) {
        return Step.of("node.fence")
                .with(JOB, event.jobId())
                .on(event.leaving().storageNode().toString(), storedAt);
    }

    /**
     * The verification of a job proved that its storage node is empty. Empty if it did not.
     *
     * @param node the job's storage node
     */
    public static Optional<SystemDecision> of(RegistryEvent.JobClosed event, StorageNodeId node, Instant storedAt) {
        return event.closing()
                .filter(RegistryEvent.Closing::emptied)
                .map(closing -> Step.of("node.drain").with(JOB, event.jobId()).on(node.toString(), storedAt));
    }

    private static Optional<Step> lifecycle(JobEvent event) {
        if (event instanceof JobEvent.IncarnationBegan e) {
            return Optional.of(Step.of("job.take-over").with("epoch", e.epoch()));
        }
        if (event instanceof JobEvent.PassStarted e) {
            return Optional.of(
                    Step.of("job.start-pass").with("pass", e.pass()).with("scope", StableWord.of(e.scope())));
        }
        if (event instanceof JobEvent.VerificationFinished e) {
            return Optional.of(verified(e.evidence()));
        }
        if (event instanceof JobEvent.JobFailing e) {
            return Optional.of(Step.of("job.fail").with("reason", e.reason()));
        }
        return event instanceof JobEvent.JobEnded e
                ? Optional.of(Step.of("job.end")
                        .with("phase", StableWord.of(e.phase()))
                        .with("reason", e.reason()))
                : Optional.empty();
    }

    private static Step verified(Collection<ShardEvidence> evidence) {
        return Step.of("job.finish-verification")
                .with("shards", evidence.size())
                .with("rowsRead", sum(evidence, VerifiedRows::read))
                .with("rowsOfNode", sum(evidence, VerifiedRows::ofNode));
    }

    private static long sum(Collection<ShardEvidence> evidence, ToLongFunction<VerifiedRows> part) {
        return evidence.stream().map(ShardEvidence::rows).mapToLong(part).sum();
    }

    private static Optional<Step> wait(JobEvent event) {
        if (event instanceof JobEvent.JobPaused e) {
            return Optional.of(
                    Step.of("job.confirm-pause").with("agents", e.confirmedBy().size()));
        }
        if (event instanceof JobEvent.WindowClosing) {
            return Optional.of(Step.of("job.close-window"));
        }
        return event instanceof JobEvent.WindowOpened ? Optional.of(Step.of("job.open-window")) : Optional.empty();
    }

    /** An agent is ordered to discard copies that no record was ever made to name. */
    private static Optional<Step> discard(JobEvent event, Assignment assignment) {
        Optional<JobEvent.Release> release = Optional.empty();
        if (event instanceof JobEvent.RelocationsCommitted e) {
            release = e.release();
        } else if (event instanceof JobEvent.AssignmentLost e) {
            release = e.release();
        }
        return release.map(JobEvent.Release::unwanted)
                .filter(unwanted -> !unwanted.isEmpty())
                .map(unwanted -> Step.of("node.discard-copies")
                        .with("assignment", assignment.id())
                        .with("objects", unwanted.size()));
    }

    /** A decision without its subject and time. */
    private record Step(String action, Map<String, String> parameters) {
        static Step of(String action) {
            return new Step(action, Map.of());
        }

        /** A parameter without text is left out. */
        Step with(String name, Object value) {
            String text = value.toString();
            if (text.isEmpty()) {
                return this;
            }
            Map<String, String> all = new TreeMap<>(parameters);
            all.put(name, text);
            return new Step(action, all);
        }

        SystemDecision on(String subject, Instant storedAt) {
            return new SystemDecision(action, subject, with("at", storedAt).parameters());
        }
    }

    /** The decision as one line. */
    public String text() {
        return CanonicalJson.write(Map.of(ACTION, action, SUBJECT, subject, PARAMETERS, parameters));
    }

    /**
     * The decision with this {@link #text()}.
     *
     * @throws InvalidJson if there is none
     */
    public static SystemDecision parse(String text) {
        JsonMembers members = JsonMembers.of(JsonParser.parse(text));
        return new SystemDecision(members.text(ACTION), members.text(SUBJECT), members.texts(PARAMETERS));
    }
}
