package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.port.NodeInventory;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ContentReadsTest {
    private static final CopyKey KEY = new CopyKey(new UUID(1, 1), new UUID(1, 2));
    private static final ContentFacts WHOLE =
            new ContentFacts(KEY, 300, Optional.of(new ContentMd5("1B2M2Y8AsgTpgAmY7PhCfg==")), "");

    /** What the agent answers, one after the other; the last answer again and again. */
    private static ContentReads reads(Duration timeout, ContentFacts... answers) {
        Deque<ContentFacts> left = new ArrayDeque<>(List.of(answers));
        NodeInventory agent = (NodeInventory) Proxy.newProxyInstance(
                NodeInventory.class.getClassLoader(),
                new Class<?>[] {NodeInventory.class},
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("readContents");
                    return CompletableFuture.completedFuture(
                            List.of(left.size() > 1 ? left.removeFirst() : left.getFirst()));
                });
        return new ContentReads(agent, new RunScope(), timeout);
    }

    @Test
    void anAgentThatLosesItsPositionOnceIsAskedAgain() throws Exception {
        ContentReads reads = reads(
                Duration.ofMinutes(1), ContentFacts.inProgress(KEY, 200), ContentFacts.inProgress(KEY, 100), WHOLE);
        assertThat(reads.read(List.of(KEY))).containsExactly(WHOLE);
    }

    /** Its process restarts again and again, or something else makes it forget. */
    @Test
    void anAgentThatAlwaysLosesItsPositionIsGivenUp() {
        ContentReads reads = reads(Duration.ofMillis(10), ContentFacts.inProgress(KEY, 100));
        assertThatThrownBy(() -> reads.read(List.of(KEY)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("read nothing further");
    }
}
