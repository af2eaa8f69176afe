package io.rebalancer.playground.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two actor systems that reach each other only through the network. */
@Tag("slow")
class MemberNetworkTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int MESSAGES = 500;

    private final List<ActorSystem> systems = new ArrayList<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private MemberNetwork network;

    @BeforeEach
    void start() {
        ActorSystem proxies = ActorSystem.create("proxies", config(Map.of("pekko.actor.provider", "local")));
        systems.add(proxies);
        network = new MemberNetwork(Adapter.toTyped(proxies), 7);
    }

    @AfterEach
    void stop() throws Exception {
        network.close();
        for (ActorSystem system : systems) {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get();
        }
    }

    private static Config config(Map<String, Object> own) {
        return ConfigFactory.parseMap(own)
                .withFallback(ConfigFactory.parseString("""
                        pekko {
                          loglevel = WARNING
                          actor.allow-java-serialization = on
                          actor.warn-about-java-serializer-usage = off
                          remote.artery { transport = tcp, canonical.hostname = "127.0.0.1" }
                          coordinated-shutdown.run-by-jvm-shutdown-hook = off
                        }
                        """))
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
    }

    /** Writes down what it receives. */
    private static final class Receiver extends AbstractActor {
        private final List<String> received;

        Receiver(List<String> received) {
            this.received = received;
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder().match(String.class, received::add).build();
        }
    }

    private ActorSystem member(String name) throws Exception {
        int port = FreePorts.find(1).get(0);
        Map<String, Object> settings = network.connect(name, port);
        settings.put("pekko.actor.provider", "remote");
        settings.put("pekko.remote.artery.canonical.port", port);
        ActorSystem system = ActorSystem.create(name, config(settings));
        systems.add(system);
        return system;
    }

    private static void send(ActorRef receiver, String prefix) {
        IntStream.range(0, MESSAGES).forEach(i -> receiver.tell(prefix + i, ActorRef.noSender()));
    }

    private static List<String> all(String prefix) {
        return IntStream.range(0, MESSAGES).mapToObj(i -> prefix + i).toList();
    }

    @Test
    void singleMessagesAreLostAndTheConnectionLasts() throws Exception {
        ActorSystem to = member("to");
        ActorRef local = to.actorOf(Props.create(Receiver.class, () -> new Receiver(received)), "receiver");
        String address = local.path().toStringWithAddress(to.provider().getDefaultAddress());
        ActorRef receiver = member("from")
                .actorSelection(address)
                .resolveOne(TIMEOUT)
                .toCompletableFuture()
                .get();

        send(receiver, "before-");
        await().atMost(TIMEOUT).until(() -> received.size() == MESSAGES);
        assertThat(received).isEqualTo(all("before-"));
        assertThat(network.lostMessages()).isZero();

        network.loseMessages(0.2);
        send(receiver, "during-");
        await().atMost(TIMEOUT).until(() -> network.lostMessages() >= MESSAGES / 20);
        network.loseMessages(0);
        send(receiver, "after-");
        await().atMost(TIMEOUT).until(() -> received.contains("after-" + (MESSAGES - 1)));

        List<String> during =
                received.stream().filter(each -> each.startsWith("during-")).toList();
        assertThat(during).hasSizeBetween(MESSAGES / 4, MESSAGES - 1).isSubsetOf(all("during-"));
        assertThat(network.lostMessages()).isGreaterThanOrEqualTo(MESSAGES - during.size());
        assertThat(received.subList(MESSAGES + during.size(), received.size())).isEqualTo(all("after-"));
    }
}
