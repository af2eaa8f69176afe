package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.BadCursor;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.NodeInventory.QuarantinePage;
import io.rebalancer.core.port.NodeInventory.Restore;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.IdempotencyKey;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import io.rebalancer.http.server.Operator.Outcome;
import io.rebalancer.http.server.Paging;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import io.rebalancer.http.server.StorageNodeIds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The quarantines of storage nodes. They name owners and objects, so viewers may not read them. They work also while
 * reconciliation is switched off, because what was moved must be found again.
 *
 * <pre>
 *   GET  /api/v1/reconciliation/quarantine/NODE                what is in it, page by page
 *   POST /api/v1/reconciliation/quarantine/NODE/purge          begins a run that deletes what was there for the hold
 *   POST /api/v1/reconciliation/quarantine/NODE/ID/restore     gives a file its name again
 * </pre>
 */
final class QuarantineRoutes extends AllDirectives {
    private static final String QUARANTINE = "/api/v1/reconciliation/quarantine/";
    private static final String NOT_FOUND = "QUARANTINE_ITEM_NOT_FOUND";
    private static final String NAME_TAKEN = "QUARANTINE_NAME_TAKEN";

    private final ReconciliationService service;
    private final AuditedActions audit;

    QuarantineRoutes(ReconciliationService service, AuditedActions audit) {
        this.service = service;
        this.audit = audit;
    }

    /** A file that has its name again. */
    private record RestoredView(String storageNode, UUID id, String result) {}

    Route routes() {
        return concat(
                path(PathMatchers.segment(), node -> get(() -> StorageNodeIds.parsed(node, this::list))),
                path(
                        PathMatchers.segment().slash("purge"),
                        node -> post(() -> StorageNodeIds.parsed(node, this::purge))),
                path(
                        PathMatchers.segment().slash(PathMatchers.segment()).slash("restore"),
                        (node, item) -> post(() -> StorageNodeIds.parsed(node, parsed -> restore(parsed, item)))));
    }

    private Route list(StorageNodeId node) {
        return Paging.page("items", (after, limit) -> page(node, after, limit), QuarantinedFileView::of);
    }

    private CompletionStage<Page<QuarantinedCopy>> page(StorageNodeId node, Optional<String> after, int limit) {
        if (after.isPresent() && JobIds.parse(after.get()).isEmpty()) {
            return CompletableFuture.failedFuture(new BadCursor(after.get(), null));
        }
        return service.quarantined(node, after, limit).thenApply(QuarantineRoutes::page);
    }

    private static Page<QuarantinedCopy> page(QuarantinePage found) {
        List<QuarantinedCopy> items = found.items();
        return new Page<>(
                items,
                found.more() && !items.isEmpty()
                        ? Optional.of(items.get(items.size() - 1).id())
                        : Optional.empty());
    }

    private Route purge(StorageNodeId node) {
        return RequestBody.parsed(
                PurgeRequest::parse,
                request -> request.confirmed()
                        ? IdempotencyKey.id("reconciliation-purge", id -> purge(node, id.orElseGet(UUID::randomUUID)))
                        : complete(Problem.of(
                                StatusCodes.BAD_REQUEST,
                                "CONFIRMATION_REQUIRED",
                                "nothing was deleted. A purge deletes the files for good that runs moved into the quarantine"
                                        + " of " + node
                                        + " and that have been there for rebalancer.reconcile.limits.hold,"
                                        + " if no record names their object. GET " + QUARANTINE + node
                                        + " lists them; send \"confirm\": true to do it")));
    }

    private Route purge(StorageNodeId node, UUID id) {
        return audit.as(operator -> Problems.complete(operator.perform(
                        Action.on("reconciliation.purge", node.text()),
                        () -> service.purge(id, node, operator.name()),
                        begun -> Outcome.accepted(Map.of("run", begun.toString())))
                .thenApply(ReconciliationRoutes::begun)));
    }

    /** The body of a purge: {@code {"confirm":true}}. */
    private record PurgeRequest(boolean confirmed) {
        static PurgeRequest parse(String body) throws MalformedBody {
            JsonNode request = JsonFields.object(body);
            JsonFields.rejectUnknown(request, Set.of("confirm"));
            JsonNode confirm = request.path("confirm");
            return new PurgeRequest(confirm.isBoolean() && confirm.booleanValue());
        }
    }

    private Route restore(StorageNodeId node, String text) {
        return JobIds.parse(text)
                .map(item -> restore(node, item))
                .orElseGet(() -> complete(Problems.badRequest("not the id of a file in quarantine (a UUID): " + text)));
    }

    private Route restore(StorageNodeId node, UUID item) {
        return audit.as(operator -> Problems.complete(operator.perform(
                        Action.on("reconciliation.restore", node.text()).with("item", item.toString()),
                        () -> service.restore(node, item.toString()),
                        QuarantineRoutes::outcome)
                .thenApply(result -> response(node, item, result))));
    }

    private static Outcome outcome(Restore result) {
        return switch (result) {
            case RESTORED -> Outcome.accepted(Map.of());
            case MISSING -> Outcome.refused(NOT_FOUND);
            case NAME_TAKEN -> Outcome.refused(NAME_TAKEN);
        };
    }

    private static HttpResponse response(StorageNodeId node, UUID item, Restore result) {
        return switch (result) {
            case RESTORED -> Json.response(StatusCodes.OK, new RestoredView(node.text(), item, "restored"));
            case MISSING ->
                Problem.of(
                        StatusCodes.NOT_FOUND,
                        NOT_FOUND,
                        "the quarantine of " + node + " has no file " + item + "; it may be restored already. GET "
                                + QUARANTINE + node + " lists what is in it");
            case NAME_TAKEN ->
                Problem.of(
                        StatusCodes.CONFLICT,
                        NAME_TAKEN,
                        "another file has the name of " + item + " on " + node
                                + ", so nothing was changed; compare both files. If the one in quarantine is the right one,"
                                + " order a plan first: it finds the other file if it is wrong");
        };
    }
}
