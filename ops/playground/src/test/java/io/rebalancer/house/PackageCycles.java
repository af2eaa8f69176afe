package io.rebalancer.house;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** Cycles between packages. Each package is one slice, including the root package of a module. */
final class PackageCycles {
    static final ArchRule NONE = slices().assignedFrom(new OneSliceForEachPackage())
            .should()
            .beFreeOfCycles()
            .because("a reader must be able to understand a package without the packages above it");

    private PackageCycles() {}

    private static final class OneSliceForEachPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            String name = javaClass.getPackageName();
            return name.startsWith("io.rebalancer") ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "every package";
        }
    }
}
