// The tests of kept commands and of replicas: their keepers are this program in its other mode.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "io/process/kept/keeper.hpp"
#include "io/process/replica/replica_keeper.hpp"

int main(int argc, char** argv)
{
    if (forager::is_keeper(argc, argv))
        return forager::run_keeper();
    if (forager::is_replica_keeper(argc, argv))
        return forager::run_replica_keeper();
    doctest::Context context;
    context.applyCommandLine(argc, argv);
    return context.run();
}
