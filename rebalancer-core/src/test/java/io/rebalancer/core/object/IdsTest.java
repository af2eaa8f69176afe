package io.rebalancer.core.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

    @ParameterizedTest
    @ValueSource(strings = {"1.stor.us-east.example.com", "localhost:8080", "a"})
    void dnsNamesAreStorageNodeIds(String text) {
        assertThat(new StorageNodeId(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", "a b", "http://a", "a@b", "a:123456", "-a", "a\u0000", "a\n", "[::1]"})
    void otherTextsAreRejectedAsStorageNodeIds(String text) {
        assertThatThrownBy(() -> new StorageNodeId(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "abc", "XUFAKrxLKna5cZ2REBfFkg", "XUFAKrxLKna5cZ2REBfFkh==", "XUFAKrxLKna5cZ2REBfFkpI="})
    void onlySixteenBytesInPaddedBase64AreAcceptedAsAnMd5(String text) {
        assertThatThrownBy(() -> new ContentMd5(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
