package io.rebalancer.playground.cluster;

import io.rebalancer.playground.PlaygroundFault;
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
 * The manager and the agents of a region, ready to be started.
 *
 * @param agents by storage id, in the order of the nodes
 */
public record Rebalancer(NodeSpec manager, Map<String, NodeSpec> agents) {

    /** Addresses of what the nodes have to know of the region. */
    public record Surroundings(
            String host, List<ShardAddress> shards, String storinfo, Map<SimulatedNode, String> fileServers) {}

    /**
     * Chooses ports and writes the settings of all nodes.
     *
     * @param managerPort HTTP port of the manager, or empty for a free one
     * @param processes whether the nodes will be processes of their own
     * @param httpAgents how many agents stay outside the cluster; the last ones
     */
    public static Rebalancer configure(
            Path directory, Surroundings region, Optional<Integer> managerPort, boolean processes, int httpAgents)
            throws IOException, PlaygroundFault {
        List<SimulatedNode> nodes = List.copyOf(region.fileServers().keySet());
        List<Integer> ports = FreePorts.find(3 * (nodes.size() + 1));
        List<Integer> remoting = ports.subList(0, nodes.size() + 1);
        List<Integer> http = new ArrayList<>(ports.subList(nodes.size() + 1, 2 * (nodes.size() + 1)));
        List<Integer> metrics = ports.subList(2 * (nodes.size() + 1), ports.size());
        managerPort.ifPresent(port -> http.set(0, port));
        int members = nodes.size() + 1 - httpAgents;
        List<String> seeds = remoting.subList(0, members).stream()
                .map(port -> region.host() + ":" + port)
                .toList();
        NodeSettings settings = new NodeSettings(directory, region.host(), seeds, processes);
        NodeSettings alone = new NodeSettings(directory, region.host(), List.of(), processes);
        Path managerFile = settings.write(
                "manager", remoting.get(0), metrics.get(0), managerSettings(directory, region, http, httpAgents));
        NodeSpec manager = new NodeSpec("manager", "manager", managerFile, url(region, http.get(0)));
        Map<String, NodeSpec> agents = new LinkedHashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            String name = "agent-" + nodes.get(i).number();
            int port = http.get(i + 1);
            Path file = (i + 1 < members ? settings : alone)
                    .write(
                            name,
                            remoting.get(i + 1),
                            metrics.get(i + 1),
                            agentSettings(directory, region, nodes.get(i), name, port));
            agents.put(nodes.get(i).storageId(), new NodeSpec(name, "agent", file, url(region, port)));
        }
        return new Rebalancer(manager, agents);
    }

    private static URI url(Surroundings region, int port) {
        return URI.create("http://" + region.host() + ":" + port);
    }

    private static Map<String, Object> managerSettings(
            Path directory, Surroundings region, List<Integer> http, int httpAgents) {
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("rebalancer.manager.http.host", region.host());
        own.put("rebalancer.manager.http.port", http.get(0));
        List<SimulatedNode> nodes = List.copyOf(region.fileServers().keySet());
        own.put(
                "rebalancer.manager.http-agents",
                IntStream.range(nodes.size() - httpAgents, nodes.size())
                        .mapToObj(i -> Map.of(
                                "storage-id",
                                nodes.get(i).storageId(),
                                "url",
                                url(region, http.get(i + 1)).toString()))
                        .toList());
        own.put("rebalancer.manager.domain", RegionPlan.DOMAIN);
        own.put("rebalancer.manager.storinfo", region.storinfo());
        own.put("rebalancer.manager.data-dir", directory.resolve("manager").toString());
        own.put(
                "rebalancer.manager.moray-shards",
                region.shards().stream()
                        .map(shard -> Map.of("number", shard.number(), "host", shard.host(), "port", shard.port()))
                        .toList());
        return own;
    }

    private static Map<String, Object> agentSettings(
            Path directory, Surroundings region, SimulatedNode node, String name, int port) {
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("rebalancer.agent.storage-id", node.storageId());
        own.put("rebalancer.agent.datacenter", node.datacenter());
        own.put("rebalancer.agent.root", node.root().toString());
        own.put("rebalancer.agent.http.host", region.host());
        own.put("rebalancer.agent.http.port", port);
        // All simulated nodes share this machine's disk, which may be nearly full and belongs to somebody else.
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

    /** The agent of a storage node. */
    public NodeSpec agentOf(String storageId) {
        NodeSpec agent = agents.get(storageId);
        if (agent == null) {
            throw new IllegalArgumentException("no agent of " + storageId);
        }
        return agent;
    }

    /** All nodes, the manager first. */
    public List<NodeSpec> all() {
        List<NodeSpec> all = new ArrayList<>();
        all.add(manager);
        all.addAll(agents.values());
        return all;
    }
}
