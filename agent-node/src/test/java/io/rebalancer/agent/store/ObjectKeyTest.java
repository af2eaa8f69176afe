package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTest {
    private static final String ID = "00000000-0000-0003-0000-000000000004";

    @Test
    void keysHaveTheUnsignedOrderOfTheirPathsBytes() {
        Random random = new Random(1);
        List<ObjectKey> keys = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            UUID owner = new UUID(random.nextLong(), random.nextLong());
            UUID object = new UUID(random.nextLong(), random.nextLong());
            keys.add(new ObjectKey(owner, object));
            keys.add(new ObjectKey(owner, object, Optional.of(new ObjectKey.BucketLocation(object, "0".repeat(32)))));
        }
        List<ObjectKey> byBytes = new ArrayList<>(keys);
        byBytes.sort((left, right) -> Arrays.compareUnsigned(bytes(left), bytes(right)));
        assertThat(keys.stream().sorted()).containsExactlyElementsOf(byBytes);
    }

    private static byte[] bytes(ObjectKey key) {
        return key.relativePath().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aPathIsParsedIntoItsKey() {
        ObjectKey v1 = new ObjectKey(new UUID(1, 2), new UUID(3, 4));
        ObjectKey v2 = new ObjectKey(
                new UUID(1, 2),
                new UUID(3, 4),
                Optional.of(new ObjectKey.BucketLocation(new UUID(7, 8), "0123456789abcdef0123456789abcdef")));
        assertThat(ObjectKey.parsePath(v1.relativePath())).isEqualTo(v1);
        assertThat(ObjectKey.parsePath(v2.relativePath())).isEqualTo(v2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                ID,
                ID + "/" + ID + "/",
                "/" + ID + "/" + ID,
                ID + "/../" + ID,
                "../" + ID,
                "v1/" + ID + "/" + ID + "/00/" + ID + ",0123456789abcdef0123456789abcdef",
                "v2/" + ID + "/" + ID + "/01/" + ID + ",0123456789abcdef0123456789abcdef",
                "v2/" + ID + "/" + ID + "/00/" + ID,
                "v2/" + ID + "/" + ID + "/00/" + ID + ",short"
            })
    void aPathOfNoObjectIsRejected(String path) {
        assertThatThrownBy(() -> ObjectKey.parsePath(path)).isInstanceOf(IllegalArgumentException.class);
    }
}
