#include "core/file_label.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;

TEST_CASE("a label has one form, however it is typed")
{
    for (const char* text : {"a/b", "/a/b", "//a///b/", "a/b/"})
        CHECK(file_label(text).value() == "/a/b");
    for (const char* text : {"", "/", "//"})
        CHECK(file_label(text).value() == "/");
    CHECK(file_label("/with space/ä").value() == "/with space/ä");
}

TEST_CASE("what could lead elsewhere on a disk is no label and no name")
{
    for (const std::string& text :
         {std::string{"/a/../b"}, std::string{".."}, std::string{"/a/."}, std::string{"/a\nb"}, std::string{"/a\x7f"},
          std::string{"/a\0b", 4}, std::string{"/\xff"}, "/" + std::string(256, 'x')})
        CHECK(file_label(text).has_error());
    for (const std::string& name :
         {std::string{}, std::string{"."}, std::string{".."}, std::string{"a/b"}, std::string{"/etc/passwd"},
          std::string{"a\0b", 3}, std::string{"a\tb"}, std::string{"\xc3"}, std::string(256, 'x')})
        CHECK(wrong_file_name(name).has_value());
    for (const std::string& name : {std::string{"a"}, std::string{"..."}, std::string{".hidden"}, std::string{"a\\b"},
                                    std::string{"%"}, std::string(255, 'x')})
        CHECK_FALSE(wrong_file_name(name).has_value());
}

TEST_CASE("a file is named by its label and its name")
{
    CHECK(labelled_name("/a/b/c").value() == LabelledName{"/a/b", "c"});
    CHECK(labelled_name("a/c").value() == LabelledName{"/a", "c"});
    CHECK(labelled_name("c").value() == LabelledName{"/", "c"});
    CHECK(labelled_name("/a/").has_error());
    CHECK(labelled_name("/a/../c").has_error());
}

TEST_CASE("below a label is what has it and a slash in front")
{
    CHECK(below("/src/a/b", "/src") == "a/b");
    CHECK(below("/src", "/src").empty());
    CHECK(below("/a/b", "/") == "a/b");
    CHECK(below("/", "/").empty());
    CHECK(label_below("/src", "a/b") == "/src/a/b");
    CHECK(label_below("/", "a") == "/a");
    CHECK(label_below("/", "") == "/");
    CHECK(path_below("", "n") == "n");
    CHECK(path_below("a", "n") == "a/n");
}
