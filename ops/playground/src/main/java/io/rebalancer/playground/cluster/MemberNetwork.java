package io.rebalancer.playground.cluster;

import io.rebalancer.playground.console.PlaygroundFault;
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
 * A network between cluster members that can be partitioned and can lose messages. During a partition, every message
 * between the two sides is dropped; otherwise single messages are, at random. No connection is closed, as with a broken
 * switch. Each member is reached through a proxy and connects from its own loopback address, by which the proxies recognize
 * the sender. The members run unchanged: the proxies read where a message begins and ends.
 */
public final class MemberNetwork implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final ActorSystem<?> system;
    /** Member names by the address that they connect from. */
    private final Map<String, String> members = new ConcurrentHashMap<>();

    private final List<Tcp.ServerBinding> proxies = new ArrayList<>();
    private final MessageLoss loss;
    private volatile Set<String> cutOff = Set.of();

    /**
     * @param system runs the proxies
     * @param seed of the choice of lost messages
     */
    public MemberNetwork(ActorSystem<?> system, long seed) {
        this.system = system;
        this.loss = new MessageLoss(seed);
    }

    /**
     * Starts the proxy of a member.
     *
     * @param port where the other members reach the member
     * @return the settings that the member needs
     */
    Map<String, Object> connect(String name, int port) throws PlaygroundFault {
        int memberPort = FreePorts.find(1).get(0);
        String from = "127.0.1." + (members.size() + 1);
        members.put(from, name);
        try {
            proxies.add(Tcp.get(system)
                    .bind(HOST, port)
                    .to(Sink.foreach(connection -> connection.handleWith(
                            proxy(
                                    members.getOrDefault(
                                            connection
                                                    .remoteAddress()
                                                    .getAddress()
                                                    .getHostAddress(),
                                            ""),
                                    name,
                                    memberPort),
                            system)))
                    .run(system)
                    .toCompletableFuture()
                    .get());
        } catch (ExecutionException e) {
            throw new PlaygroundFault("the proxy of " + name + " can't listen: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlaygroundFault("interrupted while the proxy of " + name + " was started");
        }
        Map<String, Object> settings = new HashMap<>();
        settings.put("pekko.remote.artery.bind.hostname", HOST);
        settings.put("pekko.remote.artery.bind.port", memberPort);
        settings.put("pekko.remote.artery.advanced.tcp.outbound-client-hostname", from);
        return settings;
    }

    private Flow<ByteString, ByteString, NotUsed> proxy(String from, String to, int port) {
        return Flow.<ByteString>create()
                .statefulMapConcat(() -> {
                    ArteryFrames frames = new ArteryFrames();
                    return frames::feed;
                })
                .filter(frame -> !frame.isMessage() || arrives(from, to, frame.stream()))
                .map(ArteryFrames.Frame::bytes)
                .via(Tcp.get(system).outgoingConnection(HOST, port))
                .filter(bytes -> isConnected(from, to));
    }

    private boolean arrives(String from, String to, int stream) {
        return isConnected(from, to) && !loss.losesNext(from, to, stream);
    }

    private boolean isConnected(String from, String to) {
        Set<String> isolated = cutOff;
        return isolated.contains(from) == isolated.contains(to);
    }

    /** Separates these members from all others. They can still reach each other. */
    public void partition(Set<String> names) {
        cutOff = Set.copyOf(names);
    }

    /**
     * Loses messages between members at random, control messages of the cluster included.
     *
     * @param share share of the messages that are lost from now on, 0 for none to 1 for all
     */
    public void loseMessages(double share) {
        loss.setShare(share);
    }

    /** The share of the messages that are lost now. */
    public double lossShare() {
        return loss.share();
    }

    /** Number of messages lost so far, without those that partitions dropped. */
    public long lostMessages() {
        return loss.lost();
    }

    /** Ends the partition. */
    public void heal() {
        cutOff = Set.of();
    }

    @Override
    public void close() {
        proxies.forEach(Tcp.ServerBinding::unbind);
    }
}
