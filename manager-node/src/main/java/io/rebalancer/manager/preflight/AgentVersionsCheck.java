package io.rebalancer.manager.preflight;

import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Warns if agents run another version than this manager, or if no agent is a cluster member. Agents outside the cluster
 * report no version.
 */
final class AgentVersionsCheck implements PreflightCheck {
    private final String ownVersion;
    private final Supplier<Map<String, String>> agents;

    /** @param agents the version of each agent in the cluster, by its address */
    AgentVersionsCheck(String ownVersion, Supplier<Map<String, String>> agents) {
        this.ownVersion = ownVersion;
        this.agents = agents;
    }

    @Override
    public CheckName name() {
        return CheckName.AGENT_VERSIONS;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return CompletableFuture.completedFuture(result(agents.get()));
    }

    private CheckResult result(Map<String, String> versions) {
        if (versions.isEmpty()) {
            return CheckResult.unknown(name(), "no agent is a cluster member, and others report no version");
        }
        Map<String, Long> others = versions.values().stream()
                .filter(version -> !version.equals(ownVersion))
                .collect(Collectors.groupingBy(version -> version, TreeMap::new, Collectors.counting()));
        if (others.isEmpty()) {
            return CheckResult.pass(
                    name(), "all " + versions.size() + " agents in the cluster run version " + ownVersion);
        }
        return CheckResult.warn(
                name(),
                others.entrySet().stream()
                                .map(each -> each.getValue() + " agents run version " + each.getKey())
                                .collect(Collectors.joining(", "))
                        + "; this manager runs version " + ownVersion,
                "finish the upgrade; two versions may run together only while it lasts");
    }
}
