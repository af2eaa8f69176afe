package io.rebalancer.core.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
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

    /** All texts of up to seven characters that matter to the rule. */
    @Test
    void storageNodeIdsAreWhatThePatternOfDnsNamesAccepts() {
        Pattern pattern = Pattern.compile(
                "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:\\d{1,5})?");
        String characters = "a0.-:";
        List<String> texts = List.of("");
        for (int length = 1; length <= 7; length++) {
            texts = texts.stream()
                    .flatMap(text -> characters.chars().mapToObj(next -> text + (char) next))
                    .toList();
            assertThat(texts)
                    .allSatisfy(text -> assertThat(isStorageNodeId(text))
                            .as(text)
                            .isEqualTo(pattern.matcher(text).matches()));
        }
    }

    private static boolean isStorageNodeId(String text) {
        try {
            return new StorageNodeId(text).text().equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Test
    void everyLastDigitOfAnMd5IsAcceptedIfNoBitIsLost() {
        for (int last = 0; last < 256; last++) {
            byte[] digest = new byte[16];
            digest[0] = (byte) (last * 7);
            digest[15] = (byte) last;
            String text = Base64.getEncoder().encodeToString(digest);
            assertThat(new ContentMd5(text).bytes()).isEqualTo(digest);
        }
        String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        assertThat(digits.chars()
                        .mapToObj(digit -> "XUFAKrxLKna5cZ2REBfFk" + (char) digit + "==")
                        .filter(IdsTest::isMd5))
                .hasSize(4);
    }

    private static boolean isMd5(String text) {
        try {
            return new ContentMd5(text).base64().equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "XUFAKrxLKna5cZ2REBfFkg",
                "XUFAKrxLKna5cZ2REBfFkh==",
                "XUFAKrxLKna5cZ2REBfFkpI=",
                "XUFAKrxLKna5cZ2REBfF-g=="
            })
    void onlySixteenBytesInPaddedBase64AreAcceptedAsAnMd5(String text) {
        assertThatThrownBy(() -> new ContentMd5(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
