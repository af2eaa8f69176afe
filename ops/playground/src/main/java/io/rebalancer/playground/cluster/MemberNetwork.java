package io.rebalancer.playground.cluster;

import io.rebalancer.playground.PlaygroundFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/**
 * The network between the members of a cluster, which can be cut: then bytes between the two sides vanish, as with a
 * broken switch, and no connection is closed. Each member is reached through a proxy, and calls the others from a loopback
 * address of its own, so that the proxies know who calls.
 */
public final class MemberNetwork implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final ActorSystem<?> system;
    /** By the address that each calls from. */
    private final Map<String, String> members = new ConcurrentHashMap<>();

    private final List<Tcp.ServerBinding> proxies = new ArrayList<>();
    private volatile Set<String> cutOff = Set.of();

    /** @param system where the proxies run */
    public MemberNetwork(ActorSystem<?> system) {
        this.system = system;
    }

    /** Connects a member that the others reach at {@code port}: starts its proxy; what the member has to be set to. */
    Map<String, Object> connect(String name, int port) throws PlaygroundFault {
        int real = FreePorts.find(1).get(0);
        String from = "127.0.1." + (members.size() + 1);
        members.put(from, name);
        try {
            proxies.add(Tcp.get(system)
                    .bind(HOST, port)
                    .to(Sink.foreach(connection -> connection.handleWith(
                            wire(
                                    members.getOrDefault(
                                            connection
                                                    .remoteAddress()
                                                    .getAddress()
                                                    .getHostAddress(),
                                            ""),
                                    name,
                                    real),
                            system)))
                    .run(system)
                    .toCompletableFuture()
                    .get());
        } catch (ExecutionException e) {
            throw new PlaygroundFault("the proxy of " + name + " can't listen: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlaygroundFault("interrupted");
        }
        Map<String, Object> settings = new HashMap<>();
        settings.put("pekko.remote.artery.bind.hostname", HOST);
        settings.put("pekko.remote.artery.bind.port", real);
        settings.put("pekko.remote.artery.advanced.tcp.outbound-client-hostname", from);
        return settings;
    }

    private Flow<ByteString, ByteString, NotUsed> wire(String from, String to, int port) {
        return Flow.<ByteString>create()
                .filter(bytes -> whole(from, to))
                .via(Tcp.get(system).outgoingConnection(HOST, port))
                .filter(bytes -> whole(from, to));
    }

    private boolean whole(String from, String to) {
        Set<String> apart = cutOff;
        return apart.contains(from) == apart.contains(to);
    }

    /** Cuts these members off from all others; among each other they still talk. */
    public void cutOff(Set<String> names) {
        cutOff = Set.copyOf(names);
    }

    /** Makes the network whole again. */
    public void mend() {
        cutOff = Set.of();
    }

    @Override
    public void close() {
        proxies.forEach(Tcp.ServerBinding::unbind);
    }
}
