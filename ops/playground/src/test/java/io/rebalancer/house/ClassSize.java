package io.rebalancer.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** How many collaborators a class may have: objects it holds, and parameters of its constructors. */
final class ClassSize {
    static final int MAX_COLLABORATORS = 12;

    static final ArchRule AT_MOST_TWELVE_COLLABORATORS = classes()
            .should(new HaveFewCollaborators())
            .because("a class that works with more objects than a reader can hold in mind has several tasks");

    private ClassSize() {}

    private static final class HaveFewCollaborators extends ArchCondition<JavaClass> {
        HaveFewCollaborators() {
            super("hold and be constructed from at most " + MAX_COLLABORATORS + " things");
        }

        @Override
        public void check(JavaClass javaClass, ConditionEvents events) {
            long held = javaClass.getFields().stream()
                    .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC)
                            && !field.getModifiers().contains(JavaModifier.SYNTHETIC))
                    .count();
            int given = javaClass.getConstructors().stream()
                    .map(JavaConstructor::getRawParameterTypes)
                    .mapToInt(parameters -> parameters.size())
                    .max()
                    .orElse(0);
            report(javaClass, held, "fields", events);
            report(javaClass, given, "constructor parameters", events);
        }

        private static void report(JavaClass javaClass, long count, String what, ConditionEvents events) {
            if (count > MAX_COLLABORATORS) {
                events.add(
                        SimpleConditionEvent.violated(javaClass, javaClass.getName() + " has " + count + " " + what));
            }
        }
    }
}
