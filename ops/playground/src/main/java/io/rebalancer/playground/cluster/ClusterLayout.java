package io.rebalancer.playground.cluster;

import io.rebalancer.playground.console.PlaygroundFault;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.playground.region.RegionSurvey.ShardAddress;
import io.rebalancer.playground.region.SimulatedNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The managers and agents of a region, with their addresses and settings files.
 *
 * @param managers at least one
 * @param agents by storage id, in the order of the storage nodes
 */
public record ClusterLayout(List<NodeSpec> managers, Map<String, NodeSpec> agents) {

    /**
     * The addresses in the region that the nodes need.
     *
     * @param fileServers base URL of each storage node's file server
     */
    public record RegionAddresses(
            String host, List<ShardAddress> shards, String storinfo, Map<SimulatedNode, String> fileServers) {}

    /** Chooses the ports and writes the settings file of every node. */
    public static ClusterLayout configure(Path directory, RegionAddresses region, ClusterPlan plan)
            throws IOException, PlaygroundFault {
        List<SimulatedNode> nodes = List.copyOf(region.fileServers().keySet());
        int managers = plan.managers();
        int total = nodes.size() + managers;
        List<Integer> ports = FreePorts.find(3 * total);
        List<Integer> remoting = ports.subList(0, total);
        List<Integer> http = new ArrayList<>(ports.subList(total, 2 * total));
        List<Integer> metrics = ports.subList(2 * total, ports.size());
        plan.managerPort().ifPresent(port -> http.set(0, port));
        int members = total - plan.httpAgents();
        List<String> seeds = remoting.subList(0, members).stream()
                .map(port -> region.host() + ":" + port)
                .toList();
        NodeSettings clusterSettings =
                new NodeSettings(directory, region.host(), seeds, plan.network(), plan.processes(), plan.quick());
        NodeSettings standaloneSettings =
                new NodeSettings(directory, region.host(), List.of(), Optional.empty(), plan.processes(), plan.quick());
        List<String> agentUrls = http.subList(managers, total).stream()
                .map(port -> url(region, port).toString())
                .toList();
        List<NodeSpec> managerSpecs = new ArrayList<>();
        for (int i = 0; i < managers; i++) {
            String name = managers == 1 ? "manager" : "manager-" + (i + 1);
            Map<String, Object> own = managerSettings(region, http.get(i), agentUrls, plan);
            own.put("rebalancer.manager.data-dir", directory.resolve(name).toString());
            // A manager empties it at start, so managers can't share one.
            own.put(
                    "rebalancer.reconcile.sort.directory",
                    directory.resolve(name + "-reconcile").toString());
            Path file = clusterSettings.write(name, remoting.get(i), metrics.get(i), own);
            managerSpecs.add(new NodeSpec(name, "manager", file, url(region, http.get(i))));
        }
        Map<String, NodeSpec> agents = new LinkedHashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            String name = "agent-" + nodes.get(i).number();
            int index = managers + i;
            Path file = (index < members ? clusterSettings : standaloneSettings)
                    .write(
                            name,
                            remoting.get(index),
                            metrics.get(index),
                            agentSettings(directory, region, nodes.get(i), name, http.get(index), plan));
            agents.put(nodes.get(i).storageId(), new NodeSpec(name, "agent", file, url(region, http.get(index))));
        }
        return new ClusterLayout(managerSpecs, agents);
    }

    private static URI url(RegionAddresses region, int port) {
        return URI.create("http://" + region.host() + ":" + port);
    }

    private static Map<String, Object> managerSettings(
            RegionAddresses region, int port, List<String> agentUrls, ClusterPlan plan) {
        Map<String, Object> own = new LinkedHashMap<>(plan.settings());
        own.put("rebalancer.manager.http.host", region.host());
        own.put("rebalancer.manager.http.port", port);
        List<SimulatedNode> nodes = List.copyOf(region.fileServers().keySet());
        own.put(
                "rebalancer.manager.http-agents",
                IntStream.range(nodes.size() - plan.httpAgents(), nodes.size())
                        .mapToObj(i -> Map.of("storage-id", nodes.get(i).storageId(), "url", agentUrls.get(i)))
                        .toList());
        own.put("rebalancer.manager.domain", RegionPlan.DOMAIN);
        // A simulated region is minutes old, so its files would all be too young for the grace of a real fleet.
        own.put("rebalancer.reconcile.enabled", true);
        own.put("rebalancer.reconcile.grace.unsafe", true);
        own.put("rebalancer.reconcile.grace.file", "1s");
        own.put("rebalancer.reconcile.grace.metadata", "1s");
        own.put("rebalancer.reconcile.clock-skew", "1s");
        own.put("rebalancer.reconcile.limits.quarantine-after", "1s");
        own.put("rebalancer.manager.storinfo", region.storinfo());
        plan.journal().ifPresent(shared -> {
            own.put("rebalancer.manager.journal.kind", "postgresql");
            own.put("rebalancer.manager.journal.postgresql.url", shared.url());
            own.put("rebalancer.manager.journal.postgresql.user", shared.user());
            own.put("rebalancer.manager.journal.postgresql.migrate-on-start", true);
        });
        own.put(
                "rebalancer.manager.moray-shards",
                region.shards().stream()
                        .map(shard -> Map.of("number", shard.number(), "host", shard.host(), "port", shard.port()))
                        .toList());
        return own;
    }

    private static Map<String, Object> agentSettings(
            Path directory, RegionAddresses region, SimulatedNode node, String name, int port, ClusterPlan plan) {
        Map<String, Object> own = new LinkedHashMap<>(plan.settings());
        own.put("rebalancer.agent.storage-id", node.storageId());
        own.put("rebalancer.agent.datacenter", node.datacenter());
        own.put("rebalancer.agent.root", node.root().toString());
        own.put("rebalancer.agent.http.host", region.host());
        own.put("rebalancer.agent.http.port", port);
        // All simulated nodes share this machine's disk, which other programs may have filled almost completely.
        own.put("rebalancer.agent.limits.free-space-floor", "16 MiB");
        own.put("rebalancer.agent.limits.fill-ceiling-percent", 100);
        own.put("rebalancer.agent.data-dir", directory.resolve(name).toString());
        own.put(
                "rebalancer.agent.sources",
                region.fileServers().entrySet().stream()
                        .map(each -> Map.of("storage-id", each.getKey().storageId(), "url", each.getValue()))
                        .toList());
        return own;
    }

    /** The agent of the storage node {@code storageId}. */
    public NodeSpec agentOf(String storageId) {
        NodeSpec agent = agents.get(storageId);
        if (agent == null) {
            throw new IllegalArgumentException("there is no storage node " + storageId);
        }
        return agent;
    }

    /** The first manager. */
    public NodeSpec manager() {
        return managers.get(0);
    }

    /** Managers and agents, the managers first. */
    public List<NodeSpec> all() {
        List<NodeSpec> all = new ArrayList<>(managers);
        all.addAll(agents.values());
        return all;
    }
}
