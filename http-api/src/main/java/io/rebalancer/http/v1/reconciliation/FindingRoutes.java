package io.rebalancer.http.v1.reconciliation;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ReconciliationFindings.Filter;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.core.port.ReconciliationService.RunRefused;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.http.server.Paging;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.StorageNodeIds;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code GET /api/v1/reconciliation/runs/ID/findings}. Findings name owners and objects, so viewers may not read them. */
final class FindingRoutes {
    private final ReconciliationService service;

    FindingRoutes(ReconciliationService service) {
        this.service = service;
    }

    Route list(UUID runId) {
        return withNode(node -> withWord(
                "kind",
                DriftKind.values(),
                DriftKind::word,
                kind -> withWord("state", Finding.State.values(), Finding.State::name, state -> {
                    Filter filter = new Filter(node, kind, state);
                    return Paging.page(
                            "findings", (after, limit) -> page(runId, filter, after, limit), FindingView::of);
                })));
    }

    /** The table has no findings of a run that does not exist, and none of one that found nothing. */
    private CompletionStage<Page<Finding>> page(UUID runId, Filter filter, Optional<String> after, int limit) {
        return service.get(runId)
                .thenCompose(run -> run.isPresent()
                        ? service.findings(runId, filter, after, limit)
                        : CompletableFuture.failedFuture(notFound(runId)));
    }

    static RunRefused notFound(UUID runId) {
        return new RunRefused(
                RunRefused.Code.RUN_NOT_FOUND, "no run " + runId + "; GET /api/v1/reconciliation/runs lists all runs");
    }

    private static Route withNode(Function<Optional<StorageNodeId>, Route> inner) {
        return Directives.parameterOptional(
                "node",
                text -> text.isEmpty()
                        ? inner.apply(Optional.empty())
                        : StorageNodeIds.parsed(text.get(), node -> inner.apply(Optional.of(node))));
    }

    private static <E> Route withWord(
            String name, E[] values, Function<E, String> word, Function<Optional<E>, Route> inner) {
        return Directives.parameterOptional(name, text -> {
            Optional<E> value = text.flatMap(given -> Arrays.stream(values)
                    .filter(each -> word.apply(each).equals(given))
                    .findFirst());
            return text.isPresent() && value.isEmpty()
                    ? Directives.complete(Problems.badRequest(name + " must be one of "
                            + Arrays.stream(values).map(word).collect(Collectors.joining(", ")) + ", not "
                            + text.get()))
                    : inner.apply(value);
        });
    }
}
