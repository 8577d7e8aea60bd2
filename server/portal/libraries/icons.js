// The icons that pages use, by name (https://lucide.dev/icons); components/icon.js draws them.
export {
  Activity, Archive, ArrowDown, ArrowLeft, ArrowRight, ArrowUp, BookOpen, Boxes, Check, ChevronDown, ChevronLeft, ChevronRight, ChevronUp,
  CircleAlert, CircleCheck, CircleHelp, CircleX, Clock, Copy, Cpu, Database, Download, Ellipsis, ExternalLink, Eye, EyeOff, File,
  FileImage, FileSpreadsheet, FileText, FileX, Folder, FolderInput, FolderUp, Funnel, Gauge, Globe, History, House, Info, KeyRound, Languages,
  LayoutList, Link, ListChecks, LoaderCircle, Lock, LogOut, Menu, MessageSquare, MessagesSquare, Minus, Monitor, Moon, Pause, Pencil, Play,
  Plus, RefreshCw, RotateCw, ScrollText, Search, Send, Server, Settings, Shield, ShieldCheck, Sparkles, Square, Sun, Table, Tag, ThumbsDown, ThumbsUp, Trash,
  TriangleAlert, Upload, User, Users, X, ZoomIn, ZoomOut,
} from "lucide";
