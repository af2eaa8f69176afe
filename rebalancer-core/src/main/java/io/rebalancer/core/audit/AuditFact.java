package io.rebalancer.core.audit;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What an entry of the audit log records: that an action is ordered, how it ended, or what the system decided.
 *
 * @param id identifies the fact, so that a repeated message stores it once
 * @param action a stable word, such as {@code job.cancel}
 * @param subject what the action is about: the id of a job, a storage node, a member
 * @param parameters of the action or of its outcome, by name
 * @param result {@code requested}, {@code accepted}, {@code refused: CODE}, {@code failed: REASON} or {@code decided}
 * @param request of an outcome: the number of the entry with the order, or 0 if that entry could not be stored. Otherwise 0
 */
public record AuditFact(
        UUID id,
        AuditActor who,
        String action,
        String subject,
        Map<String, String> parameters,
        String result,
        long request) {
    private static final Pattern ACTION = Pattern.compile("[a-z]+(-[a-z]+)*\\.[a-z]+(-[a-z]+)*");
    private static final String REQUESTED = "requested";
    private static final String ACCEPTED = "accepted";
    private static final String DECIDED = "decided";
    private static final int MAX_TEXT = 500;
    private static final int MAX_PARAMETERS = 16;

    public AuditFact {
        if (!ACTION.matcher(action).matches()) {
            throw new IllegalArgumentException("an action is a word such as job.cancel, not " + action);
        }
        parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
    }

    /** An action is ordered, and not carried out yet. Long texts are cut. */
    public static AuditFact requested(
            UUID id, AuditActor who, String action, String subject, Map<String, String> parameters) {
        return new AuditFact(id, who, action, bounded(subject), bounded(parameters), REQUESTED, 0);
    }

    /** The system decided by its rules, without an order for it. Long texts are cut. */
    public static AuditFact decided(UUID id, SystemDecision decision) {
        return new AuditFact(
                id,
                AuditActor.SYSTEM,
                decision.action(),
                bounded(decision.subject()),
                bounded(decision.parameters()),
                DECIDED,
                0);
    }

    /**
     * The action was carried out.
     *
     * @param request the number of the entry with the order, or 0 if it could not be stored
     * @param results what the action created or changed, by name
     */
    public AuditFact accepted(UUID outcomeId, long request, Map<String, String> results) {
        return outcome(outcomeId, request, results, ACCEPTED);
    }

    /** The action was refused, for a reason with this stable code. */
    public AuditFact refused(UUID outcomeId, long request, String code) {
        return outcome(outcomeId, request, Map.of(), "refused: " + code);
    }

    /** The action failed. It may have been carried out in part. */
    public AuditFact failed(UUID outcomeId, long request, String reason) {
        return outcome(outcomeId, request, Map.of(), "failed: " + reason);
    }

    private AuditFact outcome(UUID outcomeId, long number, Map<String, String> results, String outcome) {
        return new AuditFact(outcomeId, who, action, subject, bounded(results), bounded(outcome), number);
    }

    private static String bounded(String text) {
        return AuditText.bounded(text, MAX_TEXT);
    }

    private static Map<String, String> bounded(Map<String, String> parameters) {
        Map<String, String> all = new TreeMap<>();
        parameters.forEach((name, value) -> {
            if (all.size() < MAX_PARAMETERS) {
                all.put(bounded(name), bounded(value));
            }
        });
        return all;
    }
}
