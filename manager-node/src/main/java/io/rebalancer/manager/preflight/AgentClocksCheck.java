package io.rebalancer.manager.preflight;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Warns if the clock of an agent and that of this manager differ. Times in notes of files, logs and audits can then not be compared.
 * Agents outside the cluster report no time.
 */
final class AgentClocksCheck implements PreflightCheck {
    /** Larger differences put events of one job in a wrong order. */
    static final Duration MAX_DIFFERENCE = Duration.ofSeconds(5);
    /** Agents that are asked at most, so that a check of a large fleet stays short. */
    static final int MAX_ASKED = 200;

    private static final int MAX_NAMED = 5;

    private final FleetQueries fleet;
    private final Function<StorageNodeId, Optional<CompletionStage<Instant>>> clocks;
    private final Clock clock;

    /** @param clocks asks the agent of a node for its time; empty if the agent is no cluster member */
    AgentClocksCheck(
            FleetQueries fleet, Function<StorageNodeId, Optional<CompletionStage<Instant>>> clocks, Clock clock) {
        this.fleet = fleet;
        this.clocks = clocks;
        this.clock = clock;
    }

    /**
     * What is known of an agent's clock.
     *
     * @param difference at least so much; empty if the agent did not reply
     */
    private record Reading(StorageNodeId node, Optional<Duration> difference) {
        boolean isWrong() {
            return difference.filter(each -> each.compareTo(MAX_DIFFERENCE) > 0).isPresent();
        }

        String text() {
            return node + " by " + difference.orElse(Duration.ZERO).toSeconds() + " s";
        }
    }

    @Override
    public CheckName name() {
        return CheckName.AGENT_CLOCKS;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return fleet.nodes().thenCompose(nodes -> {
            List<CompletableFuture<Reading>> asked = Stream.concat(nodes.reachable().stream(), nodes.closed().stream())
                    .flatMap(node -> ask(node.id()).stream())
                    .limit(MAX_ASKED)
                    .toList();
            return CompletableFuture.allOf(asked.toArray(new CompletableFuture<?>[0]))
                    .thenApply(done ->
                            result(asked.stream().map(CompletableFuture::join).toList()));
        });
    }

    private Optional<CompletableFuture<Reading>> ask(StorageNodeId node) {
        Instant sent = clock.instant();
        return clocks.apply(node)
                .map(reply -> reply.handle((time, failure) -> new Reading(
                                node,
                                failure == null
                                        ? Optional.of(difference(sent, time, clock.instant()))
                                        : Optional.empty()))
                        .toCompletableFuture());
    }

    /** The time of the reply on its way is no difference. */
    private static Duration difference(Instant sent, Instant reported, Instant received) {
        if (reported.isBefore(sent)) {
            return Duration.between(reported, sent);
        }
        return reported.isAfter(received) ? Duration.between(received, reported) : Duration.ZERO;
    }

    private CheckResult result(List<Reading> readings) {
        List<Reading> known =
                readings.stream().filter(each -> each.difference().isPresent()).toList();
        List<Reading> wrong = known.stream().filter(Reading::isWrong).toList();
        if (known.isEmpty()) {
            return CheckResult.unknown(
                    name(),
                    readings.isEmpty()
                            ? "no agent is a cluster member, and others report no time"
                            : "none of " + readings.size() + " agents replied with its time");
        }
        if (wrong.isEmpty()) {
            int silent = readings.size() - known.size();
            return CheckResult.pass(
                    name(),
                    "the clocks of " + known.size() + " agents are right within " + MAX_DIFFERENCE.toSeconds() + " s"
                            + (silent == 0 ? "" : "; " + silent + " did not reply"));
        }
        return CheckResult.warn(
                name(),
                "the clocks of " + wrong.size() + " of " + known.size() + " agents differ from that of this manager: "
                        + wrong.stream().limit(MAX_NAMED).map(Reading::text).collect(Collectors.joining(", "))
                        + (wrong.size() > MAX_NAMED ? ", ..." : ""),
                "synchronize the clocks, for example with chrony, of these storage nodes and of this manager");
    }
}
