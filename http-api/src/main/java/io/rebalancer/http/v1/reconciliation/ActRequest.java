package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ReconciliationService.NewRepairs;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The body of {@code POST /api/v1/reconciliation/runs/ID/act}:
 * {@code {"confirm":true,"classes":["copy_again"],"nodes":["..."],"overrideBreaker":["..."],"reason":"..."}}.
 *
 * @param confirmed whether {@code confirm} is true
 * @param classes the classes of repairs to do; those that add copies, unless the body names others
 * @param nodes the storage nodes to repair, each once; empty for all of the plan
 * @param overridden storage nodes that are repaired although the breaker of the plan tripped
 * @param reason why; empty text if the body has none
 */
record ActRequest(
        boolean confirmed,
        Set<Repair> classes,
        List<StorageNodeId> nodes,
        List<StorageNodeId> overridden,
        String reason) {
    static final int MAX_REASON = 200;

    /** Files are moved only if the order names the class. */
    private static final Set<Repair> DEFAULT = EnumSet.of(Repair.COPY_AGAIN, Repair.ADD_COPY);

    private static final Set<Repair> ALL = EnumSet.of(Repair.COPY_AGAIN, Repair.ADD_COPY, Repair.QUARANTINE);
    private static final Set<String> FIELDS = Set.of("confirm", "classes", "nodes", "overrideBreaker", "reason");

    ActRequest {
        classes = Set.copyOf(classes);
        nodes = List.copyOf(nodes);
        overridden = List.copyOf(overridden);
    }

    static ActRequest parse(String body) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        JsonFields.rejectUnknown(request, FIELDS);
        JsonNode confirm = request.path("confirm");
        List<StorageNodeId> overridden = NodesField.parse(
                request, "overrideBreaker", NodesField.MAX_NAMED, "repair no storage node whose breaker tripped");
        String reason = reason(request.path("reason"));
        if (!overridden.isEmpty() && reason.isEmpty()) {
            throw new MalformedBody(
                    "overrideBreaker needs a reason: the audit log records why storage nodes are repaired"
                            + " although so much differs on them");
        }
        return new ActRequest(
                confirm.isBoolean() && confirm.booleanValue(),
                classes(request.path("classes")),
                NodesField.parse(request, "nodes", NodesField.MAX_NODES, "repair all storage nodes of the plan"),
                overridden,
                reason);
    }

    private static Set<Repair> classes(JsonNode list) throws MalformedBody {
        if (list.isMissingNode()) {
            return DEFAULT;
        }
        if (!list.isArray() || list.isEmpty()) {
            throw new MalformedBody("classes must be a list of " + words(ALL) + "; leave it out for " + words(DEFAULT));
        }
        Set<Repair> classes = EnumSet.noneOf(Repair.class);
        for (JsonNode word : list) {
            classes.add(ALL.stream()
                    .filter(each -> each.word().equals(word.textValue()))
                    .findFirst()
                    .orElseThrow(() -> new MalformedBody("a class must be one of " + words(ALL) + ", not " + word)));
        }
        return classes;
    }

    private static String reason(JsonNode reason) throws MalformedBody {
        if (reason.isMissingNode()) {
            return "";
        }
        String text = reason.isTextual() ? reason.textValue().strip() : "";
        if (text.isEmpty() || text.length() > MAX_REASON) {
            throw new MalformedBody("reason must be a text of 1 to " + MAX_REASON + " characters");
        }
        return text;
    }

    /** What the order would change, for an operator who has to confirm it. */
    String effect() {
        return classes.stream().sorted().map(ActRequest::effect).collect(Collectors.joining(", "));
    }

    private static String effect(Repair repair) {
        return switch (repair) {
            case COPY_AGAIN ->
                "copies missing and bad copies again, and moves the bad file into quarantine (" + repair.word() + ")";
            case ADD_COPY ->
                "copies objects to further storage nodes and adds these to records (" + repair.word() + ")";
            case QUARANTINE -> "moves files that no record names into quarantine (" + repair.word() + ")";
            case PURGE, NONE -> throw new IllegalStateException("a class that changes nothing is no order");
        };
    }

    /** The storage nodes for an operator. */
    String place() {
        return NodesField.named(nodes, "all storage nodes of the plan");
    }

    NewRepairs order(UUID id, UUID planId, String orderedBy) {
        return new NewRepairs(id, planId, nodes, classes, overridden, orderedBy);
    }

    /** The request as the audit log records it. */
    Action action(UUID planId) {
        Action action = Action.on("reconciliation.act", planId.toString())
                .with("classes", words(classes))
                .with("nodes", place());
        if (!overridden.isEmpty()) {
            action = action.with("overrideBreaker", NodesField.named(overridden, ""));
        }
        return reason.isEmpty() ? action : action.with("reason", reason);
    }

    private static String words(Set<Repair> classes) {
        return classes.stream().sorted().map(Repair::word).collect(Collectors.joining(","));
    }
}
