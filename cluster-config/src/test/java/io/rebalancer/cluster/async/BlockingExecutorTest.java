package io.rebalancer.cluster.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.settings.SettingsFile;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.Test;

class BlockingExecutorTest {
    private final Deque<Runnable> submitted = new ArrayDeque<>();
    private final BlockingExecutor executor = new BlockingExecutor(submitted::add);

    @Test
    void workRunsOnTheExecutor() {
        CompletableFuture<String> result = executor.run(() -> "done");
        assertThat(result).isNotDone();
        submitted.remove().run();
        assertThat(result).isCompletedWithValue("done");
    }

    @Test
    void checkedExceptionsFailTheResult() {
        IOException failure = new IOException("disk full");
        CompletableFuture<String> result = executor.run(() -> {
            throw failure;
        });
        submitted.remove().run();
        assertThatThrownBy(result::join).hasCause(failure);
    }

    @Test
    void uncheckedExceptionsFailTheResult() {
        IllegalStateException failure = new IllegalStateException("closed");
        CompletableFuture<String> result = executor.run(() -> {
            throw failure;
        });
        submitted.remove().run();
        assertThatThrownBy(result::join).hasCause(failure);
    }

    @Test
    void aDispatcherProvidesTheThreads() {
        ActorTestKit kit = ActorTestKit.create(
                "blocking",
                ConfigFactory.parseString("pekko.actor.provider = local")
                        .withFallback(SettingsFile.over(ConfigFactory.empty())));
        try {
            BlockingExecutor reads = BlockingExecutor.on(kit.system(), Dispatchers.READ_SIDE);
            assertThat(reads.run(() -> Thread.currentThread().getName()).join()).contains("read-side-dispatcher");
        } finally {
            kit.shutdownTestKit();
        }
    }
}
