package io.rebalancer.playground.moray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
    private static final String VALUE = """
            {"manta_storage_id":"1.stor.d","name":"a(1)*.txt","size":9,"type":"object","none":null,
             "roles":["r1","r2"],"headers":{},"path":"c\\\\d","live":true}""";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "manta_storage_id=1.stor.d",
                "(manta_storage_id=1.stor.d)",
                " (type=object) ",
                "(&(type=object)(size=9))",
                "(|(type=directory)(size=9))",
                "(!(type=directory))",
                "(&(|(type=x)(type=object))(!(none=*)))",
                "type=*",
                "headers=*",
                "type=ob*",
                "type=*ject",
                "type=o*j*t",
                "(name=a\\281\\29\\2a.txt)",
                "name=a\\(1\\)\\*.txt",
                "name=a\\28*",
                "path=c\\5cd",
                "size>=9",
                "size<=10",
                "(size>=-1)",
                "type>=a",
                "roles=r2",
                "live=true"
            })
    void matches(String text) throws Exception {
        assertThat(Filter.parse(text).matches(value())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "manta_storage_id=2.stor.d",
                "type=Object",
                "type=obj",
                "(&(type=object)(size=8))",
                "(|(type=x)(size=8))",
                "(!(type=object))",
                "none=*",
                "missing=*",
                "missing=",
                "missing>=0",
                "type=b*",
                "type=*b",
                "size>=10",
                "size<=8",
                "name=a.1*",
                "roles=r3"
            })
    void doesNotMatch(String text) throws Exception {
        assertThat(Filter.parse(text).matches(value())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "type",
                "(type=object",
                "type=object)",
                "(&)",
                "(!)",
                "(&(a=1)b=2)",
                "=x",
                "(a=(b))",
                "a=\\zz",
                "a=\\2",
                "a>1",
                "a>=1*",
                "(a=1)(b=2)",
                "(a=1))",
                "(",
                "a~=b"
            })
    void rejectsInvalidFilters(String text) {
        assertThatThrownBy(() -> Filter.parse(text))
                .isInstanceOf(FilterSyntaxException.class)
                .hasMessageContaining("invalid filter")
                .hasMessageContaining("position");
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 100_000})
    void rejectsDeepNestingBeforeTheStackOverflows(int depth) {
        String text = "(!".repeat(depth) + "(a=1)" + ")".repeat(depth);
        assertThatThrownBy(() -> Filter.parse(text)).hasMessageContaining("nested too deeply");
    }

    private static JsonNode value() throws Exception {
        return new ObjectMapper().readTree(VALUE);
    }
}
